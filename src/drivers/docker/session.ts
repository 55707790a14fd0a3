import type { Env } from '../driver.js';
import { type Connected, Containers } from './containers/containers.js';
import { askEngine, type Engine, type EngineFacts } from './engine/engine.js';
import { engineError } from './engine/errors.js';
import type { DockerSettings } from './settings.js';

/** How long the engine may take to describe itself, in milliseconds. */
const FACTS_MS = 10_000;

/** What the host and the provisioner of one cluster share: the connection, the settings, the engine's facts. */
export class DockerSession {
  readonly cluster: string;
  /** The cluster's own directory on this machine. */
  readonly dir: string;
  readonly env: Env;
  /** Replaced by the layout and by prepare, which choose a subnet and an image. */
  settings: DockerSettings;
  readonly #connect: () => Promise<Engine>;
  #connected: Promise<Connected> | undefined;
  #facts: Promise<EngineFacts> | undefined;

  /** `connect` is called by the first method that needs the engine: a driver that is not used costs nothing. */
  constructor(
    { cluster, dir, env }: { cluster: string; dir: string; env: Env },
    connect: () => Promise<Engine>,
    settings: DockerSettings,
  ) {
    this.cluster = cluster;
    this.dir = dir;
    this.env = env;
    this.#connect = connect;
    this.settings = settings;
  }

  connected(): Promise<Connected> {
    const { cluster } = this;
    this.#connected ??= this.#connect().then((engine) => ({
      engine,
      cluster,
      containers: new Containers(engine, cluster),
    }));
    return this.#connected;
  }

  /** Asked once. A failure is not kept, so that a later call asks again. */
  async facts(): Promise<EngineFacts> {
    const { engine } = await this.connected();
    this.#facts ??= askEngine(engine, FACTS_MS).catch((error: unknown) => {
      this.#facts = undefined;
      throw engineError(error, engine.target, 'describe itself');
    });
    return this.#facts;
  }

  close(): void {
    this.#connected?.then(
      ({ engine }) => engine.close(),
      () => {},
    );
  }
}
