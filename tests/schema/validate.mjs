// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema of the topology against independent programs: ajv validates, yaml reads YAML into JSON, and the loader must
// agree. Usage: node validate.mjs SCHEMA_TOOL   (from the root; `npm ci` in tests/schema first)
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

let Ajv, parse;
try {
    Ajv = (await import("ajv")).default;
    parse = (await import("yaml")).parse;
} catch (error) {
    console.error(`ajv and yaml are not installed, run 'npm ci' in tests/schema: ${error.message}`);
    process.exit(1);
}

const tool = process.argv[2];
function run(args, input) {
    const result = spawnSync(tool, args, { input, encoding: "utf8", maxBuffer: 1 << 28 });
    if (result.status !== 0) {
        console.error(`${tool} ${args.join(" ")} failed: ${result.error ?? result.stderr}`);
        process.exit(1);
    }
    return result.stdout;
}

const schema = JSON.parse(run([]));
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, validateFormats: false });
if (!ajv.validateSchema(schema)) {
    console.error("the schema is not a valid draft-07 schema", ajv.errors);
    process.exit(1);
}
const validate = ajv.compile(schema);
let checks = 0;
let failures = 0;
function fail(text) {
    failures++;
    console.error(text);
}

// --- whole files ---
function yamlFiles(folder) {
    return readdirSync(folder).filter((name) => name.endsWith(".yaml")).map((name) => `${folder}/${name}`);
}
const good = [...yamlFiles("tests/schema/good"), ...yamlFiles("topologies").filter((path) => !path.includes("/study-"))];
for (const path of good) {
    checks++;
    if (!validate(parse(readFileSync(path, "utf8")))) fail(`${path} is refused: ${ajv.errorsText(validate.errors)}`);
}
for (const name of ["unknown-key", "wrong-type", "version", "not-a-mapping", "sourced", "missing", "ids"]) {
    checks++;
    const path = `tests/wrong/${name}.yaml`;
    if (validate(parse(readFileSync(path, "utf8"), { uniqueKeys: false }))) fail(`${path} is accepted`);
}

// --- one change at a time, judged by schema and loader ---
const full = parse(readFileSync("tests/schema/good/full.yaml", "utf8"));
const cases = []; // {what, document, good}
function change(what, isGood, edit) {
    const document = structuredClone(full);
    edit(document);
    cases.push({ what, document, good: isGood });
}

const wrongFor = {
    number: ["12km", "12", true, null, [1], { a: 1 }],
    integer: ["12", 1.5, null, [1], { a: 1 }],
    boolean: ["true", "yes", 1, null, [true], {}],
    text: [null, [], {}, ["a"], { en: "a" }, ""],
    enum: ["nonsense", 5, null, [], {}],
    array: ["A", 5, null, {}, [[]], [null]],
    object: [5, "text", [], { nonsense: 1 }],
};
function kindOf(value) {
    if (value.enum) return "enum";
    return Array.isArray(value.type) ? "text" : value.type;
}

function changeValue(where, value, set) {
    const kind = kindOf(value);
    for (const bad of wrongFor[kind]) change(`${where} = ${JSON.stringify(bad)}`, false, (d) => set(d, bad));
    if (kind === "number" || kind === "integer") {
        if (value.minimum !== undefined) change(`${where} below ${value.minimum}`, false, (d) => set(d, value.minimum - 1));
        if (value.maximum !== undefined) change(`${where} above ${value.maximum}`, false, (d) => set(d, value.maximum * 2 + 1));
        if (value.exclusiveMinimum !== undefined) change(`${where} at open end`, false, (d) => set(d, value.exclusiveMinimum));
        if (value.exclusiveMaximum !== undefined) change(`${where} at open end`, false, (d) => set(d, value.exclusiveMaximum));
    }
    if (value.minItems === 2) change(`${where} of three`, false, (d) => set(d, [1, 2, 3]));
    if (value.minItems === 2) change(`${where} of one`, false, (d) => set(d, [1]));
    if (kind === "enum") for (const word of value.enum) change(`${where} = ${word}`, null, (d) => set(d, word));
}

// fields that stand instead of others, so not in the same entry
const alternatives = ["mtbf_h_per_1000km", "shannon_gap_db", "target_mw_per_ghz", "target_mw_per_slot_ghz"];
function changeField(where, field, get, key) {
    const [value, sourced] = field.anyOf;
    const present = get(full, key)[key];
    if (present === undefined && !alternatives.some((end) => where.endsWith(end))) fail(`good/full.yaml lacks ${where}`);
    const set = (d, x) => { get(d, key)[key] = x; };
    changeValue(where, value, set);
    if (sourced.required[0] !== "value") fail(`${where}: no place for a source`);
    const plain = present?.value ?? present;
    change(`${where} with source`, present === undefined ? null : true, (d) => set(d, { value: plain, source: "s", assumed: true }));
    change(`${where} without value`, false, (d) => set(d, { source: "s" }));
    change(`${where} with sauce`, false, (d) => set(d, { value: plain, sauce: "s" }));
    if (value.properties) changeFields(where, value, (d) => get(d, key)[key]);
}

function changeFields(where, object, get) {
    change(`${where} with an unknown key`, false, (d) => { get(d).unknown_key = 1; });
    for (const [key, field] of Object.entries(object.properties)) changeField(`${where}.${key}`, field, get, key);
}

for (const [noun, property] of Object.entries(schema.properties)) {
    if (["keyhaul", "name", "description", "include", "defaults"].includes(noun)) continue;
    const entry = property.items ?? property;
    // a field is changed in the first entry that has it
    changeFields(noun, entry, (d, key) => (property.items ? d[noun].find((e) => key in e) ?? d[noun][0] : d[noun]));
    if (property.items) {
        change(`${noun} null`, null, (d) => { d[noun] = null; });
        change(`${noun} as mapping`, false, (d) => { d[noun] = {}; });
        change(`${noun} of text`, false, (d) => { d[noun] = ["text"]; });
    }
}
for (const rule of schema.allOf) {
    const [noun, items] = Object.entries(rule.anyOf[0].properties)[0];
    const key = items.items.required[0];
    const singular = rule.anyOf[1].properties.defaults.required[0];
    change(`${noun} without ${key}`, false, (d) => { delete d[noun][0][key]; });
    change(`${noun} with ${key} from the defaults`, true, (d) => {
        d.defaults[singular] = { ...d.defaults[singular], [key]: d[noun][0][key] };
        delete d[noun][0][key];
    });
}
for (const [noun, property] of Object.entries(schema.properties))
    if (property.items?.properties?.id) change(`${noun} without id`, false, (d) => { delete d[noun][0].id; });
change("no version", false, (d) => { delete d.keyhaul; });
change("version 2", false, (d) => { d.keyhaul = 2; });
change("unknown noun", false, (d) => { d.fibers = []; });
change("unknown defaults", false, (d) => { d.defaults.fibres = {}; });
change("id in defaults", false, (d) => { d.defaults.node.id = "A"; });
change("id with a space", false, (d) => { d.nodes[0].id = "A B"; });
change("full", true, () => {});

const verdicts = run(["--load"], cases.map((c) => JSON.stringify(c.document)).join("\n") + "\n").trim().split("\n");
if (verdicts.length !== cases.length) fail(`${cases.length} documents, ${verdicts.length} verdicts`);
cases.forEach((c, i) => {
    checks++;
    const accepted = validate(c.document);
    const loaded = verdicts[i] === "ok";
    if (verdicts[i] === "failed") fail(`${c.what}: the loader failed`);
    if (c.good === true && (!accepted || !loaded)) fail(`${c.what}: good, schema ${accepted}, loader ${loaded}`);
    if (c.good === false && (accepted || loaded)) fail(`${c.what}: wrong, schema ${accepted}, loader ${loaded}`);
    if (loaded && !accepted) fail(`${c.what}: loads, and the schema refuses it: ${ajv.errorsText(validate.errors)}`);
});

const loads = verdicts.filter((v) => v === "ok").length;
if (loads < 200 || verdicts.length - loads < 500) fail(`${loads} of ${verdicts.length} documents load: the mutations do not do their work`);
console.log(`${checks} checks, ${loads} of ${verdicts.length} changed documents load, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
