import { describe, expect, it } from 'vitest';
import { parseRoutes } from '../../../../src/drivers/docker/network/network.js';
import {
  addressIn,
  chooseSubnet,
  isRoomy,
  overlaps,
  rangeOf,
} from '../../../../src/drivers/docker/network/subnet.js';

describe('subnets', () => {
  it('overlap when one holds an address of the other', () => {
    expect(overlaps('10.0.0.0/8', '10.213.7.0/24')).toBe(true);
    expect(overlaps('10.213.7.0/24', '10.0.0.0/8')).toBe(true);
    expect(overlaps('10.213.7.0/24', '10.213.8.0/24')).toBe(false);
    expect(overlaps('10.213.7.99/24', '10.213.7.0/28')).toBe(true);
    expect(overlaps('fd00::/8', '10.213.7.0/24')).toBe(false);
  });

  it.each(['', '10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', 'a.b.c.d/8', '::1/128'])('"%s" is none', (text) => {
    expect(rangeOf(text)).toBeUndefined();
  });

  it('count their addresses, above 2^31 too', () => {
    expect(addressIn('10.213.7.0/24', 21)).toBe('10.213.7.21');
    expect(addressIn('192.168.255.0/24', 11)).toBe('192.168.255.11');
    expect(isRoomy('10.213.7.0/27')).toBe(true);
    expect(isRoomy('10.213.7.0/28')).toBe(false);
  });

  it('are chosen beside what is taken, round the end, in another corner when one is full', () => {
    expect(chooseSubnet([], 7)).toBe('10.213.7.0/24');
    expect(chooseSubnet(['10.213.254.0/23'], 254)).toBe('10.213.0.0/24');
    expect(chooseSubnet(['10.0.0.0/8'], 3)).toBe('172.31.3.0/24');
    expect(chooseSubnet(['10.0.0.0/8', '172.16.0.0/12'], 3)).toBe('192.168.3.0/24');
    expect(chooseSubnet(['0.0.0.0/1', '128.0.0.0/1'], 3)).toBeUndefined();
  });

  it('are read from the routes of a Linux machine, without its default route', () => {
    const text = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0',
      'damaged',
      '',
    ].join('\n');
    expect(parseRoutes(text)).toEqual(['192.168.0.0/16', '10.0.0.0/8']);
    expect(parseRoutes('')).toEqual([]);
  });
});
