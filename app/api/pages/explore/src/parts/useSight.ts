/** The window on the axis: as wide as its box, moved by scrolling, and kept around the playhead. */
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { Axis } from "../axis";
import type { Sight } from "../window";

interface Given {
  axis: Axis;
  zoom: number;
  onWindow: (from: number, to: number) => void;
}

export function useSight(
  scroller: { current: HTMLDivElement | null },
  props: Given,
  at: number,
): { sight: Sight; virtual: number } {
  const { axis, zoom } = props;
  const [width, setWidth] = useState(800);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const box = scroller.current as HTMLDivElement;
    const measure = (): void => setWidth(Math.max(200, box.clientWidth));
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    measure();
    const scrolled = (): void => setOffset(box.scrollLeft);
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      watch.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, []);
  const virtual = Math.round(width * zoom);
  useLayoutEffect(() => {
    if (zoom <= 1) return setOffset(0);
    const box = scroller.current as HTMLDivElement;
    const x = (axis.xs[at] ?? 0) * virtual;
    const isInSight = x > box.scrollLeft + 24 && x < box.scrollLeft + width - 24;
    if (!isInSight) box.scrollLeft = x - width * 0.55;
    setOffset(box.scrollLeft);
  }, [at, virtual, axis]);
  const sight = useMemo((): Sight => {
    const from = zoom <= 1 ? 0 : Math.min(offset / virtual, 1 - 1 / zoom);
    return { axis, width, from, to: from + 1 / Math.max(1, zoom) };
  }, [axis, width, virtual, offset, zoom]);
  useEffect(() => props.onWindow(sight.from, sight.to), [sight.from, sight.to]);
  return { sight, virtual };
}
