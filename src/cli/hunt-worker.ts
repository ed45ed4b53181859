/** Entry of a scanning thread. */
import { serveTasks } from "../hunt/worker.js";
import { serialise } from "./serialise.js";

serveTasks(serialise);
