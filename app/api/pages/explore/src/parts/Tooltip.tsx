/** What a mark says while the pointer is on it. */
import { titleOfRow, type Model } from "../model";
import { counted, numbered, statusText } from "../words";

export interface Tip {
  x: number;
  y: number;
  title: string;
  about: string;
}

export function tipOf(model: Model, event: PointerEvent): Tip | null {
  const mark = (event.target as Element).closest<SVGElement>(".ev");
  if (mark === null || event.pointerType === "touch") return null;
  const box = mark.getBoundingClientRect();
  const place = { x: Math.min(innerWidth - 290, box.left + 10), y: box.bottom + 4 };
  const row = model.rows[Number(mark.dataset["row"] ?? -1)];
  if (row === undefined) return { ...place, title: mark.getAttribute("aria-label") ?? "", about: "" };
  const number = row.position > 0 ? `${numbered(row.position)} ` : "";
  const count = Number(mark.dataset["count"] ?? 1);
  const late = row.by > 0 ? `, ${counted(row.by, "event")} late` : "";
  const more = count > 1 ? ` (and ${count - 1} more here)` : "";
  return { ...place, title: number + titleOfRow(model, row), about: `${statusText(row.entry)}${late}${more}` };
}
