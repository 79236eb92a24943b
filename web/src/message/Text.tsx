/** What was said, as its marks mean it. Elements are made of the nodes of its tree, and its text is
 * only ever text. It takes its direction from its own first letter and keeps it to itself. */
import type { Id } from "parley-client";
import { useMemo } from "react";
import type { Inline } from "../words/markdown.ts";
import { blocksOf } from "../words/markdown.ts";
import { Fence } from "./Fence.tsx";
import { Mention } from "./Mention.tsx";

export interface TextProps {
  text: string;
  /** Whom it mentions. */
  mentions: readonly Id[];
}

export function Text({ text, mentions }: TextProps) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div className="message-text" dir="auto">
      {blocks.map((block, i) => (block.kind === "fence"
        ? <Fence key={i} text={block.text} />
        : <p key={i} dir="auto"><Nodes nodes={block.inside} mentions={mentions} /></p>))}
    </div>
  );
}

function Nodes({ nodes, mentions }: { nodes: readonly Inline[]; mentions: readonly Id[] }) {
  return nodes.map((node, i) => {
    switch (node.kind) {
      case "text":
        return node.text;
      case "code":
        return <code key={i} className="code">{node.text}</code>;
      case "link":
        return (
          <a key={i} href={node.href} title={node.href} target="_blank" rel="noopener noreferrer">{node.text}</a>
        );
      case "mention":
        return <Mention key={i} name={node.name} mentions={mentions} />;
      default: {
        const Mark = node.kind;
        return <Mark key={i}><Nodes nodes={node.inside} mentions={mentions} /></Mark>;
      }
    }
  });
}
