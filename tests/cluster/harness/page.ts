/** Imported before tests of the page (a file each): it then meets three nodes, and each of the people another
 * one. */
import { after } from "node:test";
import { Stage, USUAL } from "../../browser/harness/stage.ts";
import { Cluster } from "./cluster.ts";

const cluster = await Cluster.start(3, USUAL);
Stage.nodes = cluster.nodes;
after(() => cluster.end());
