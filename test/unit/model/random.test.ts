import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/model/random.js';

describe('random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    const some = (seed: number): number[] => {
      const random = randomOf(seed);
      return Array.from({ length: 20 }, () => random.unit());
    };
    expect(some(42)).toEqual(some(42));
    expect(some(42)).not.toEqual(some(43));
  });

  it('stay in their range and reach all of it', () => {
    const random = randomOf(1);
    const seen = new Set(Array.from({ length: 1000 }, () => random.below(6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (let i = 0; i < 1000; i++) {
      const u = random.unit();
      expect(u >= 0 && u < 1).toBe(true);
    }
  });

  it('shuffle without losing anything, into every order about as often', () => {
    const random = randomOf(5);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffled(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const times of orders.values()) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });
});
