import { whyNoPacketRules } from '../../src/host/packet-filter.js';

/**
 * Why packet rules can't be made here; undefined where they can. CI runs as root and must not skip what needs them: a
 * reason is a failure where SENTINELCTL_REQUIRE_DOCKER=1 says that everything is there.
 */
export const noPacketRules = await whyNoPacketRules();
export const packetRulesRequired = process.env.SENTINELCTL_REQUIRE_DOCKER === '1';
