import { render } from "preact";
import { App } from "./parts/App";
import { savedHere } from "./save";
import "./explore.css";

render(<App saved={savedHere()} />, document.getElementById("page") as HTMLElement);
