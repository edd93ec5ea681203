/**
 * Lines of ours in a text that Notes users edit: a block between two marker lines. It is found line by line, because users
 * edit around it, into it and sometimes through it, and copy it twice: what is not ours stays, and no block ever grows.
 */
export interface BlockKind {
  /** Whole lines, the same in no other kind. */
  begin: string;
  end: string;
  /** What a line of ours between them looks like, trimmed. */
  entry: RegExp;
}

export interface Block {
  kind: BlockKind;
  /** None: no block. */
  lines: readonly string[];
}

/** `body` with `blocks` at its end, in that order. Older blocks of these kinds go, those without lines too. */
export function withBlocks(body: string, blocks: readonly Block[]): string {
  const text = withoutBlocks(
    body,
    blocks.map(({ kind }) => kind),
  );
  const made = blocks
    .filter(({ lines }) => lines.length > 0)
    .map(({ kind, lines }) => [kind.begin, ...lines, kind.end].join('\n'));
  return [...(text === '' ? [] : [text]), ...made].join('\n\n');
}

/** `body` as a person wrote it: without the marker lines and the entries that belong to them, blank ends trimmed. */
export function withoutBlocks(body: string, kinds: readonly BlockKind[]): string {
  const lines = body.split('\n');
  const ours = new Set(kinds.flatMap((kind) => [...linesOf(lines, kind).all]));
  return lines
    .filter((_, index) => !ours.has(index))
    .join('\n')
    .trimEnd();
}

/** The entries of the blocks of this kind in `body`, trimmed, each once. */
export function entriesOf(body: string, kind: BlockKind): string[] {
  const lines = body.split('\n');
  return [...new Set([...linesOf(lines, kind).entries].map((index) => lines[index]!.trim()))];
}

function linesOf(lines: readonly string[], kind: BlockKind): { all: Set<number>; entries: Set<number> } {
  const all = new Set<number>();
  const entries = new Set<number>();
  lines.forEach((line, index) => {
    const marker = line.trim();
    if (marker === kind.begin) {
      claim(index, 1);
      // The blank line that `withBlocks` puts before the block.
      if (index > 0 && lines[index - 1]!.trim() === '') all.add(index - 1);
    } else if (marker === kind.end) {
      claim(index, -1);
    }
  });
  return { all, entries };

  /** The marker and the entries next to it; what a user wrote between them ends the run and stays. */
  function claim(marker: number, step: 1 | -1): void {
    all.add(marker);
    for (let index = marker + step; kind.entry.test(lines[index]?.trim() ?? ''); index += step) {
      all.add(index);
      entries.add(index);
    }
  }
}
