import { refused } from '../../errors.js';
import { namesPod, type TemplateAction } from '../../model/templates.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  isAnswer,
  type SaysOfItself,
} from '../attached-host.js';
import { readCommandedRecord, writeCommandedRecord } from './commanded-record.js';
import { isName, type OperatorCommands } from './operator-commands.js';

type Said = SaysOfItself | 'silent' | null;

/** The pods behind the addresses of servers that are acted on by `kubectl`. */
export class Pods {
  readonly #context: Pick<AttachedHostContext, 'cluster' | 'dir'>;
  readonly #commands: OperatorCommands;

  constructor(context: Pick<AttachedHostContext, 'cluster' | 'dir'>, commands: OperatorCommands) {
    this.#context = context;
    this.#commands = commands;
  }

  /**
   * The pod behind an address, asked while its server answers there: later another pod may have the address. Undefined
   * for a host name, which has it, and where it was never asked. Throws `command-failed` (1), `not-possible-here` (3).
   */
  async of(node: AttachedNode, said: Said): Promise<string | undefined> {
    const { cluster, dir } = this.#context;
    const known = await readCommandedRecord(dir, node.id);
    if (isName(node.announce.host) || !this.#commands.has(node, 'pod')) return undefined;
    if (!isAnswer(said)) return known?.pod;
    if (known?.runId === said.runId && known.pod !== undefined) return known.pod;
    const [pod, ...others] = await this.#at(node, said);
    if (pod === undefined || others.length > 0)
      throw refused('not-possible-here', `the pod of ${node.id} is not known`, {
        why: `${pod === undefined ? 'no pod' : 'more than one pod'} has the address ${node.announce.host}: ${this.#commands.shown(node, 'pod')}`,
        hint: `sentinelctl attach ${cluster} --check # shows every command`,
      });
    await writeCommandedRecord(dir, node.id, said, known?.isPaused === true, pod);
    return pod;
  }

  /** The same, where the command for an action names a pod. */
  async for(node: AttachedNode, action: TemplateAction, said: Said): Promise<string | undefined> {
    const isAsked = action !== 'pod' && namesPod(this.#commands.require(node, action));
    return isAsked ? this.of(node, said) : undefined;
  }

  /** Whether the pod at an address is the one that was there, made again: what it says of itself is new. */
  async isSame(node: AttachedNode): Promise<boolean> {
    if (!this.#commands.has(node, 'pod')) return false;
    // A host name is its pod's.
    if (isName(node.announce.host)) return true;
    const known = await readCommandedRecord(this.#context.dir, node.id);
    return known?.pod !== undefined && (await this.#at(node, await node.ask())).join() === known.pod;
  }

  /** The pods that have a server's address now. */
  async #at(node: AttachedNode, said: Said): Promise<string[]> {
    const printed = await this.#commands.run(node, 'pod', isAnswer(said) ? said : undefined);
    return printed.split('\n').flatMap((line) => line.trim().replace(/^pods?\//, '') || []);
  }
}
