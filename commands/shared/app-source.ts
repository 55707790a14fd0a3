import type { AppSource } from '../../src/checks/gather/app-side.js';
import type { Context } from '../../src/cli/context.js';
import type { Target } from '../../src/cluster/target.js';
import { usageError } from '../../src/errors.js';
import { sameAddress } from '../../src/model/address.js';

/** `--app` alone, or `--app container:NAME`. Throws usageError for anything else. */
export function parseApp(text: string): { container: string } {
  const match = /^container:(.+)$/.exec(text);
  if (match?.[1] === undefined) {
    throw usageError('bad-app', `--app: "${text}" is not container:NAME`, {
      hint: '--app # for this shell; --app=container:NAME for the environment of a container',
    });
  }
  return { container: match[1] };
}

/** The settings that are checked: those of this shell, or of a container. */
export async function appSource(
  context: Pick<Context, 'env'>,
  app: true | { container: string },
  target: Target | null,
): Promise<AppSource> {
  const nodes = target?.kind === 'own' ? target.state.plan.nodes : [];
  const planned: AppSource['alsoAt'] = (announce) =>
    nodes.filter((n) => sameAddress(n.announce, announce)).map((n) => n.endpoint);
  if (app === true) return { where: 'this shell', env: context.env, alsoAt: planned };
  const { appContainer } = await import('../../src/drivers/docker/containers/app-container.js');
  const { env, ownNames, publishedAt } = await appContainer(app.container, context.env);
  return {
    where: `container ${app.container}`,
    env,
    ownNames,
    alsoAt: (announce) => [...planned(announce), ...publishedAt(announce)],
  };
}
