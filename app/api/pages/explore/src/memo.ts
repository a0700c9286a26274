/** Draws a part again only when one of its properties is another one. */
import { Component, type ComponentChildren, type ComponentType } from "preact";

export function memo<P extends object>(part: (props: P) => ComponentChildren): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>;
      const later = next as Record<string, unknown>;
      return Object.keys(later).some((name) => later[name] !== now[name]);
    }

    override render(): ComponentChildren {
      return part(this.props as P);
    }
  };
}
