import { keepProcessTunnels } from "./container.js";

void keepProcessTunnels();
