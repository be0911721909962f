// A folder of its own, since the settings are for workers alone.
import "../page/workers.js";
