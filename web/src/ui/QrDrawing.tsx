import encodeQR from "qr";
import { useMemo } from "react";

/** So much of light ground around it a camera needs. */
const BORDER = 4;

/** Dark on light in any theme: there are cameras that read nothing else. */
export default function QrDrawing({ text, label }: { text: string; label: string }) {
  const rows = useMemo(() => encodeQR(text, "raw", { border: BORDER }), [text]);
  const path = rows.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  return (
    <svg className="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
