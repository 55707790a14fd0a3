/** One line of what the engine streams while it pulls or imports (moby, pkg/jsonmessage). */
export interface EngineMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

/** Reads such a stream to its end. Throws what the engine reports as `error`, and what the connection throws. */
export async function readMessages(
  stream: NodeJS.ReadableStream,
  onMessage: (message: EngineMessage) => void = () => {},
): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line, onMessage);
  }
  take(rest, onMessage);
}

function take(line: string, onMessage: (message: EngineMessage) => void): void {
  if (line.trim() === '') return;
  const message = parse(line);
  if (message?.error !== undefined) throw new Error(message.error);
  if (message !== undefined) onMessage(message);
}

function parse(line: string): EngineMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as EngineMessage) : undefined;
  } catch {
    // A line cut by the engine's end: what matters is in the others.
    return undefined;
  }
}
