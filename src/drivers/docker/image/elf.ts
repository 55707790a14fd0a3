/** The processor that a binary is for, as uname has it, keyed by ELF's e_machine (elf(5)). */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i686',
  22: 's390x',
  21: 'ppc64le',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** What the head of a binary says; undefined for what is no ELF binary, such as a Mac's or a script. */
export function elfMachine(head: Uint8Array): string | undefined {
  if (head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return undefined;
  // Byte 5 tells the byte order, bytes 18 and 19 the machine.
  const [low = 0, high = 0] = head[5] === 2 ? [head[19], head[18]] : [head[18], head[19]];
  const machine = low + 256 * high;
  return MACHINES[machine] ?? `machine ${machine}`;
}

/** Docker and uname spell some processors differently. */
export function sameMachine(a: string, b: string): boolean {
  const plain = (name: string): string =>
    ({ amd64: 'x86_64', arm64: 'aarch64', arm: 'armv7l' })[name] ?? name;
  return plain(a) === plain(b);
}
