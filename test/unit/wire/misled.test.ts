import { describe, expect, it } from 'vitest';
import { type Listing, misled } from '../../../src/wire/misled.js';

const at = (port: number): { host: string; port: number } => ({ host: '192.0.2.1', port });
const id = (digit: number): string => String(digit).repeat(40);
const peer = (port: number, digit: number): Listing['peers'][number] => ({
  address: at(port),
  id: id(digit),
});

/** Sentinel 1 at its own address, and a server that is announced at 26380 and reached at `reached`. */
const heard = (reached: number, digit: number, peers: Listing['peers']): [Listing, Listing] => [
  {
    server: { announce: at(26379), endpoint: at(26379) },
    id: id(1),
    peers: [peer(26380, 2), peer(26381, 3)],
  },
  { server: { announce: at(26380), endpoint: at(reached) }, id: id(digit), peers },
];

describe('an address map that leads to another sentinel', () => {
  it('is told by the id that the peers list there', () => {
    const [first, second] = heard(26379, 1, [peer(26380, 2), peer(26381, 3)]);
    expect(misled(second, [first, second])).toEqual({
      kind: 'error',
      misled: { at: at(26379), is: at(26379) },
      message: 'is led by --map to 192.0.2.1:26379, where 192.0.2.1:26379 answers',
    });
    expect(misled(first, [first, second])).toBeNull();
  });

  it('is told where only peers list the one that answered', () => {
    const [first, second] = heard(7000, 3, []);
    expect(misled(second, [first, second])?.message).toBe(
      'is led by --map to 192.0.2.1:7000, where 192.0.2.1:26381 answers',
    );
  });

  it('is not told of one that answers as itself, nor of one that was made anew', () => {
    for (const digit of [2, 9]) {
      const [first, second] = heard(7000, digit, []);
      expect(misled(second, [first, second])).toBeNull();
    }
  });

  it('is not told where no map is, nor where no peer lists the address', () => {
    const [first, second] = heard(26380, 1, []);
    expect(misled(second, [first, second])).toBeNull();
    const [alone, mapped] = heard(7000, 1, []);
    const silent = { ...alone, peers: [] };
    expect(misled(mapped, [silent, mapped])).toBeNull();
  });
});
