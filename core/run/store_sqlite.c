/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/store.h"

#include "core/base/str.h"
#include "core/run/sql.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In SQLite's header: which program wrote the file ("KHRN"), and in which layout. */
enum { APPLICATION_ID = 0x4b48524e, FORMAT = 1, BUSY_MS = 5000 };

struct kh_store {
    sqlite3 *db;
    char *path;
    bool writing;
};

/* Where a table stands; case 0 is the base. */
typedef struct place {
    const char *prefix;
    sqlite3_int64 case_id;
} place;

static const place base_place = {"base_", 0}, bookkeeping = {"", 0};

/* Columns of the table "run": its one row is the provenance. */
static const char *const provenance_names[] = {"study", "created_utc", "version", "input_hash", "command"};
enum { N_PROVENANCE = sizeof provenance_names / sizeof *provenance_names };

static const char bookkeeping_sql[] =
    "CREATE TABLE run(study TEXT, created_utc TEXT, version TEXT, input_hash TEXT, command TEXT);"
    "CREATE TABLE cases(case_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, changes TEXT, seed TEXT, replications REAL);";

/* ---- errors ---- */

static kh_status status_of(const kh_store *store, int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return KH_ENOMEM;
    case SQLITE_TOOBIG:
        return KH_ELIMIT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* the tables in the file are not those that this program makes */
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return KH_EDATA;
    default: /* full, read-only, cannot open, I/O error, busy */
        return store->writing ? KH_EWRITE : KH_ENOINPUT;
    }
}

static kh_status fail_sql(const kh_store *store, int code, kh_error *err)
{
    kh_status status = status_of(store, code);
    if ((code & 0xff) == SQLITE_NOTADB)
        return kh_fail(err, status, "'%s' is not a run file; 'keyhaul study' makes one", store->path);
    const char *text = store->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(store->db);
    return kh_fail(err, status, "run file '%s': %s", store->path, text);
}

static kh_status run_sql(const kh_store *store, const char *sql, kh_error *err)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? KH_OK : fail_sql(store, code, err);
}

/* The same for a text that was put together, which goes. */
static kh_status run_text(const kh_store *store, kh_str *sql, kh_error *err)
{
    kh_status status = sql->failed ? kh_fail(err, KH_ENOMEM, "out of memory") : run_sql(store, kh_str_text(sql), err);
    kh_str_clear(sql);
    return status;
}

/* Ends a transaction: all of it, or nothing. The first error is the one that is told. */
static kh_status end_transaction(const kh_store *store, kh_status status, kh_error *err)
{
    if (status == KH_OK)
        status = run_sql(store, "COMMIT", err);
    if (status != KH_OK && !sqlite3_get_autocommit(store->db))
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* ---- statements ---- */

/* @p text is parameter ?1; NULL leaves it unbound, which is NULL to SQLite. */
static kh_status prepare_with(const kh_store *store, const char *sql, const char *text, sqlite3_stmt **statement, kh_error *err)
{
    int code = sqlite3_prepare_v2(store->db, sql, -1, statement, NULL);
    if (code != SQLITE_OK)
        return fail_sql(store, code, err);
    (void)sqlite3_bind_text(*statement, 1, text, -1, SQLITE_STATIC);
    return KH_OK;
}

/* A text that was put together, which goes. */
static kh_status prepare(const kh_store *store, kh_str *sql, sqlite3_stmt **statement, kh_error *err)
{
    kh_status status =
        sql->failed ? kh_fail(err, KH_ENOMEM, "out of memory") : prepare_with(store, kh_str_text(sql), NULL, statement, err);
    kh_str_clear(sql);
    return status;
}

/* For statements without rows. */
static kh_status prepare_and_step(const kh_store *store, kh_str *sql, kh_error *err)
{
    sqlite3_stmt *statement = NULL;
    KH_TRY(prepare(store, sql, &statement, err));
    int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? KH_OK : fail_sql(store, code, err);
}

/* First column of the first row as a number; left as it was when there is no row. */
static kh_status query_number(const kh_store *store, const char *sql, const char *text, sqlite3_int64 *number, kh_error *err)
{
    sqlite3_stmt *statement = NULL;
    KH_TRY(prepare_with(store, sql, text, &statement, err));
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    kh_status status = code == SQLITE_ROW || code == SQLITE_DONE ? KH_OK : fail_sql(store, code, err);
    sqlite3_finalize(statement);
    return status;
}

/* ---- writing ---- */

static kh_sql_place sql_place(place where)
{
    return (kh_sql_place){where.prefix, where.case_id != 0};
}

static kh_status create_table(const kh_store *store, place where, const kh_table *table, kh_error *err)
{
    kh_str sql = {0};
    kh_sql_create(&sql, sql_place(where), table);
    KH_TRY(prepare_and_step(store, &sql, err));
    if (where.case_id == 0)
        return KH_OK;
    kh_sql_index(&sql, table->name);
    return prepare_and_step(store, &sql, err);
}

/* A later case may bring a column that earlier ones lacked; theirs are then unknown. */
static kh_status add_missing_columns(const kh_store *store, const kh_table *table, kh_error *err)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *column = table->columns[i].name;
        if (sqlite3_table_column_metadata(store->db, NULL, table->name, column, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
            continue;
        kh_str sql = {0};
        kh_sql_add_column(&sql, table->name, &table->columns[i]);
        KH_TRY(prepare_and_step(store, &sql, err));
    }
    return KH_OK;
}

static kh_status ensure_table(const kh_store *store, place where, const kh_table *table, kh_error *err)
{
    if (!kh_sql_may_name(sql_place(where), table->name))
        return kh_fail(err, KH_ERANGE, "run file '%s': a table cannot be called '%s'", store->path, table->name);
    sqlite3_int64 found = 0;
    if (where.case_id != 0)
        KH_TRY(query_number(store, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
                            table->name, &found, err));
    return found == 0 ? create_table(store, where, table, err) : add_missing_columns(store, table, err);
}

static void bind_cell(sqlite3_stmt *statement, int at, const kh_column *column, size_t row)
{
    if (column->text != NULL)
        (void)sqlite3_bind_text(statement, at, column->text[row], -1, SQLITE_STATIC); /* NULL text is NULL */
    else
        (void)sqlite3_bind_double(statement, at, column->number[row]); /* NAN is NULL */
}

static kh_status insert_rows(const kh_store *store, place where, const kh_table *table, kh_error *err)
{
    kh_str sql = {0};
    sqlite3_stmt *statement = NULL;
    kh_sql_insert(&sql, sql_place(where), table);
    KH_TRY(prepare(store, &sql, &statement, err));
    int code = SQLITE_DONE;
    for (size_t row = 0; row < table->n_rows && code == SQLITE_DONE; row++) {
        int at = 1;
        if (where.case_id != 0)
            (void)sqlite3_bind_int64(statement, at++, where.case_id);
        for (size_t i = 0; i < table->n_columns; i++)
            bind_cell(statement, at++, &table->columns[i], row);
        code = sqlite3_step(statement);
        (void)sqlite3_reset(statement);
    }
    kh_status status = code == SQLITE_DONE ? KH_OK : fail_sql(store, code, err);
    sqlite3_finalize(statement);
    return status;
}

static kh_status put_tables(const kh_store *store, place where, const kh_table *tables, size_t n_tables, kh_error *err)
{
    for (size_t i = 0; i < n_tables; i++) {
        if (tables[i].n_columns == 0)
            continue;
        KH_TRY(ensure_table(store, where, &tables[i], err));
        KH_TRY(insert_rows(store, where, &tables[i], err));
    }
    return KH_OK;
}

static kh_status put_provenance(const kh_store *store, const kh_run *run, kh_error *err)
{
    const char *cells[N_PROVENANCE] = {run->study, run->created_utc, run->version, run->input_hash, run->command};
    kh_column columns[N_PROVENANCE];
    for (size_t i = 0; i < N_PROVENANCE; i++)
        columns[i] = (kh_column){.name = provenance_names[i], .text = &cells[i]};
    kh_table table = {.name = "run", .columns = columns, .n_columns = N_PROVENANCE, .n_rows = 1};
    return insert_rows(store, bookkeeping, &table, err);
}

static kh_status put_base(const kh_store *store, const kh_run *run, kh_error *err)
{
    kh_str sql = {0};
    kh_str_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; %s", APPLICATION_ID, FORMAT, bookkeeping_sql);
    KH_TRY(run_text(store, &sql, err));
    KH_TRY(put_provenance(store, run, err));
    return put_tables(store, base_place, run->tables, run->n_tables, err);
}

/* The seed is text: SQLite's integers have a sign, its reals 53 bits. */
static kh_status insert_case(const kh_store *store, const kh_run_case *run_case, kh_error *err)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run_case->seed);
    const char *seed_text = seed, *name = run_case->name, *changes = run_case->changes;
    double replications = (double)run_case->replications;
    double number = run_case->number > 0 ? (double)run_case->number : (double)NAN; /* NULL: the next that is free */
    kh_column columns[] = {{.name = "case_id", .number = &number},
                           {.name = "name", .text = &name},
                           {.name = "changes", .text = &changes},
                           {.name = "seed", .text = &seed_text},
                           {.name = "replications", .number = &replications}};
    kh_table table = {.name = "cases", .columns = columns, .n_columns = sizeof columns / sizeof *columns, .n_rows = 1};
    return insert_rows(store, bookkeeping, &table, err);
}

static kh_status put_case(const kh_store *store, const kh_run_case *run_case, kh_error *err)
{
    KH_TRY(insert_case(store, run_case, err));
    place where = {"", sqlite3_last_insert_rowid(store->db)};
    return put_tables(store, where, run_case->tables, run_case->n_tables, err);
}

kh_status kh_store_put_case(kh_store *store, const kh_run_case *run_case, kh_error *err)
{
    KH_TRY(run_sql(store, "BEGIN IMMEDIATE", err));
    kh_status status = end_transaction(store, put_case(store, run_case, err), err);
    return kh_while(err, status, "case '%s'", run_case->name);
}

kh_status kh_store_has_case(kh_store *store, const char *name, bool *has, kh_error *err)
{
    sqlite3_int64 count = 0;
    KH_TRY(query_number(store, "SELECT count(*) FROM cases WHERE name = ?1", name, &count, err));
    *has = count > 0;
    return KH_OK;
}

/* ---- opening ---- */

/* SQLite gives some names a meaning of their own (":memory:", ""); a path is only ever a file. */
static kh_status open_file(kh_store *store, const char *path, int flags, kh_error *err)
{
    kh_str name = {0};
    kh_str_printf(&name, "%s%s", *path == '/' ? "" : "./", path);
    store->path = name.data;
    if (name.failed || store->path == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (code != SQLITE_OK)
        return fail_sql(store, code, err);
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, BUSY_MS);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return run_sql(store, "PRAGMA trusted_schema = 0", err);
}

static void close_store(kh_store *store)
{
    (void)sqlite3_close_v2(store->db);
    free(store->path);
    *store = (kh_store){0};
}

/* That the file is ours and in a layout that we know. */
static kh_status check_format(const kh_store *store, bool any_format, kh_error *err)
{
    sqlite3_int64 application = 0, format = 0;
    KH_TRY(query_number(store, "PRAGMA application_id", NULL, &application, err));
    if (application != APPLICATION_ID)
        return kh_fail(err, KH_EDATA, "'%s' is not a run file; 'keyhaul study' makes one", store->path);
    KH_TRY(query_number(store, "PRAGMA user_version", NULL, &format, err));
    if (format > FORMAT && !any_format)
        return kh_fail(err, KH_EDATA, "run file '%s' has format %lld, this program reads up to %d", store->path, (long long)format,
                       FORMAT);
    return KH_OK;
}

static kh_status check_same_input(const kh_store *store, const kh_run *run, kh_error *err)
{
    sqlite3_int64 same = 0;
    KH_TRY(query_number(store, "SELECT count(*) FROM run WHERE input_hash IS ?1", run->input_hash, &same, err));
    return same == 1 ? KH_OK
                     : kh_fail(err, KH_EDATA, "run file '%s' holds results of another input; choose another file or overwrite it",
                               store->path);
}

static kh_status drop_tables(const kh_store *store, kh_error *err)
{
    static const char list[] = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    sqlite3_stmt *statement = NULL;
    KH_TRY(prepare_with(store, list, NULL, &statement, err));
    kh_str sql = {0};
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
        kh_str_append(&sql, "DROP TABLE ");
        kh_sql_name(&sql, "", (const char *)sqlite3_column_text(statement, 0));
        kh_str_append(&sql, ";");
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_DONE)
        return run_text(store, &sql, err);
    kh_str_clear(&sql);
    return fail_sql(store, code, err);
}

static kh_status prepare_file(const kh_store *store, const kh_run *run, bool overwrite, kh_error *err)
{
    sqlite3_int64 objects = 0;
    KH_TRY(query_number(store, "SELECT count(*) FROM sqlite_master", NULL, &objects, err));
    if (objects > 0) {
        KH_TRY(check_format(store, overwrite, err));
        if (!overwrite)
            return check_same_input(store, run, err);
        KH_TRY(drop_tables(store, err));
    }
    return put_base(store, run, err);
}

static kh_status open_for_writing(kh_store *store, const char *path, const kh_run *run, bool overwrite, kh_error *err)
{
    KH_TRY(open_file(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err));
    if (sqlite3_db_readonly(store->db, "main") == 1) /* SQLite then opens for reading and says nothing */
        return kh_fail(err, KH_EWRITE, "run file '%s' is read-only", store->path);
    KH_TRY(run_sql(store, "BEGIN IMMEDIATE", err));
    return end_transaction(store, prepare_file(store, run, overwrite, err), err);
}

kh_status kh_store_create(const char *path, const kh_run *run, bool overwrite, kh_store **store, kh_error *err)
{
    struct stat there;
    bool is_new = stat(path, &there) != 0 && errno == ENOENT;
    if (!is_new && stat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return kh_fail(err, KH_EWRITE, "'%s' is not a regular file", path);
    kh_store *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    opened->writing = true;
    kh_status status = open_for_writing(opened, path, run, overwrite, err);
    if (status == KH_OK) {
        *store = opened;
        return KH_OK;
    }
    kh_store_destroy(opened);
    if (is_new)
        (void)unlink(path);
    return status;
}

void kh_store_destroy(kh_store *store)
{
    if (store == NULL)
        return;
    close_store(store);
    free(store);
}

/* ---- reading ---- */

/* Text of a column, copied; NULL stays NULL. */
static kh_status copy_text(kh_arena *arena, sqlite3_stmt *statement, int at, const char **text, kh_error *err)
{
    *text = NULL;
    if (sqlite3_column_type(statement, at) == SQLITE_NULL)
        return KH_OK;
    *text = kh_arena_strdup(arena, (const char *)sqlite3_column_text(statement, at));
    return *text != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
}

static bool is_text(sqlite3_stmt *statement, int at)
{
    const char *type = sqlite3_column_decltype(statement, at);
    return type != NULL && strcmp(type, "TEXT") == 0;
}

/* Of a case's table the first column is the case. */
static kh_status add_columns(kh_arena *arena, sqlite3_stmt *statement, int first, kh_table *table, kh_error *err)
{
    for (int at = first; at < sqlite3_column_count(statement); at++) {
        const char *name = sqlite3_column_name(statement, at);
        bool added = is_text(statement, at) ? kh_table_add_text(arena, table, name) != NULL
                                            : kh_table_add_number(arena, table, name) != NULL;
        if (!added)
            return kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
    }
    return KH_OK;
}

static kh_status read_row(kh_arena *arena, sqlite3_stmt *statement, int first, const kh_table *table, size_t row, kh_error *err)
{
    for (int at = first; at < sqlite3_column_count(statement); at++) {
        const kh_column *column = &table->columns[at - first];
        if (column->text != NULL)
            KH_TRY(copy_text(arena, statement, at, &column->text[row], err));
        else if (sqlite3_column_type(statement, at) != SQLITE_NULL)
            column->number[row] = sqlite3_column_double(statement, at);
    }
    return KH_OK;
}

static kh_status read_rows(const kh_store *store, kh_arena *arena, sqlite3_stmt *statement, int first, const kh_table *table,
                           kh_error *err)
{
    int code = sqlite3_step(statement);
    for (size_t row = 0; code == SQLITE_ROW && row < table->n_rows; row++) {
        KH_TRY(read_row(arena, statement, first, table, row, err));
        code = sqlite3_step(statement);
    }
    return code == SQLITE_DONE ? KH_OK : fail_sql(store, code, err);
}

/* SELECT what FROM the table, of one case or of the base. */
static kh_status select_from(const kh_store *store, const char *what, place where, const char *name, sqlite3_stmt **statement,
                             kh_error *err)
{
    kh_str sql = {0};
    kh_sql_select(&sql, what, sql_place(where), name);
    KH_TRY(prepare(store, &sql, statement, err));
    if (where.case_id != 0)
        (void)sqlite3_bind_int64(*statement, 1, where.case_id);
    return KH_OK;
}

static kh_status count_rows(const kh_store *store, place where, const char *name, size_t *n_rows, kh_error *err)
{
    sqlite3_stmt *statement = NULL;
    KH_TRY(select_from(store, "count(*)", where, name, &statement, err));
    int code = sqlite3_step(statement);
    *n_rows = code == SQLITE_ROW ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? KH_OK : fail_sql(store, code, err);
}

static kh_status load_table(const kh_store *store, kh_arena *arena, place where, const char *name, kh_table *table, kh_error *err)
{
    int first = where.case_id != 0;
    size_t n_rows = 0;
    sqlite3_stmt *statement = NULL;
    KH_TRY(count_rows(store, where, name, &n_rows, err));
    KH_TRY(select_from(store, "*", where, name, &statement, err));
    kh_table *made = kh_table_create(arena, name, n_rows, (size_t)sqlite3_column_count(statement));
    kh_status status = made != NULL ? add_columns(arena, statement, first, made, err)
                                    : kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
    if (status == KH_OK)
        status = read_rows(store, arena, statement, first, made, err);
    if (status == KH_OK)
        *table = *made;
    sqlite3_finalize(statement);
    return status;
}

/* The tables whose names start with the prefix, or all that are neither the base's nor bookkeeping. */
static kh_status list_tables(const kh_store *store, kh_arena *arena, bool base, const char ***names, size_t *n_names, kh_error *err)
{
    static const char sql[] =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('run', 'cases') AND name NOT LIKE "
        "'sqlite\\_%' ESCAPE '\\' AND (name LIKE 'base\\_%' ESCAPE '\\') = ?1 ORDER BY rowid";
    sqlite3_stmt *statement = NULL;
    size_t capacity = 0;
    KH_TRY(prepare_with(store, sql, NULL, &statement, err));
    (void)sqlite3_bind_int(statement, 1, base);
    kh_status status = KH_OK;
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW && status == KH_OK; code = sqlite3_step(statement)) {
        if (*n_names == capacity)
            *names = kh_arena_grow(arena, *names, *n_names, &capacity, sizeof **names);
        status = *names == NULL ? kh_fail(err, KH_ENOMEM, "out of memory") : copy_text(arena, statement, 0, *names + *n_names, err);
        ++*n_names;
    }
    sqlite3_finalize(statement);
    return status != KH_OK || code == SQLITE_DONE ? status : fail_sql(store, code, err);
}

static kh_status load_tables(const kh_store *store, kh_arena *arena, place where, kh_table **tables, size_t *n_tables,
                             kh_error *err)
{
    const char **names = NULL;
    size_t n_names = 0, prefix = strlen(where.prefix);
    KH_TRY(list_tables(store, arena, where.case_id == 0, &names, &n_names, err));
    kh_table *loaded = KH_NEW(arena, kh_table, n_names);
    if (loaded == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
    for (size_t i = 0; i < n_names; i++)
        KH_TRY(load_table(store, arena, where, names[i] + prefix, &loaded[i], err));
    *tables = loaded;
    *n_tables = n_names;
    return KH_OK;
}

static kh_status load_case(const kh_store *store, kh_arena *arena, const kh_table *cases, size_t i, kh_run_case *run_case,
                           kh_error *err)
{
    const char *seed = kh_table_text(cases, "seed", i);
    double id = kh_table_number(cases, "case_id", i);
    place where = {"", id >= 1 && id < 1e15 ? (sqlite3_int64)id : 0};
    run_case->number = (uint64_t)where.case_id;
    run_case->name = kh_table_text(cases, "name", i);
    run_case->changes = kh_table_text(cases, "changes", i);
    run_case->seed = seed == NULL ? 0 : strtoull(seed, NULL, 10);
    double replications = kh_table_number(cases, "replications", i);
    run_case->replications = replications >= 0 && replications < 1e15 ? (uint64_t)replications : 0;
    if (run_case->name == NULL || where.case_id == 0)
        return kh_fail(err, KH_EDATA, "run file '%s': case %zu has no name or number", store->path, i);
    return load_tables(store, arena, where, &run_case->tables, &run_case->n_tables, err);
}

static kh_status load_cases(const kh_store *store, kh_arena *arena, kh_run *run, kh_error *err)
{
    kh_table cases = {0};
    KH_TRY(load_table(store, arena, bookkeeping, "cases", &cases, err));
    run->cases = KH_NEW(arena, kh_run_case, cases.n_rows);
    if (run->cases == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
    run->n_cases = cases.n_rows;
    for (size_t i = 0; i < cases.n_rows; i++)
        KH_TRY(load_case(store, arena, &cases, i, &run->cases[i], err));
    return KH_OK;
}

static kh_status load_provenance(const kh_store *store, kh_arena *arena, kh_run *run, kh_error *err)
{
    kh_table table = {0};
    KH_TRY(load_table(store, arena, bookkeeping, "run", &table, err));
    if (table.n_rows != 1)
        return kh_fail(err, KH_EDATA, "run file '%s' says nothing about its origin", store->path);
    const char **cells[N_PROVENANCE] = {&run->study, &run->created_utc, &run->version, &run->input_hash, &run->command};
    for (size_t i = 0; i < N_PROVENANCE; i++)
        *cells[i] = kh_table_text(&table, provenance_names[i], 0);
    return KH_OK;
}

static kh_status load_run(const kh_store *store, kh_arena *arena, kh_run *run, kh_error *err)
{
    KH_TRY(check_format(store, false, err));
    KH_TRY(load_provenance(store, arena, run, err));
    KH_TRY(load_tables(store, arena, base_place, &run->tables, &run->n_tables, err));
    return load_cases(store, arena, run, err);
}

/* Everything in one read transaction: a study that goes on meanwhile does not change what is read. */
static kh_status load_file(kh_store *store, const char *path, kh_arena *arena, kh_run *run, kh_error *err)
{
    KH_TRY(open_file(store, path, SQLITE_OPEN_READONLY, err));
    KH_TRY(run_sql(store, "BEGIN", err));
    return end_transaction(store, load_run(store, arena, run, err), err);
}

kh_status kh_store_load(const char *path, kh_arena *arena, kh_run **run, kh_error *err)
{
    struct stat there;
    if (stat(path, &there) != 0 || !S_ISREG(there.st_mode))
        return kh_fail(err, KH_ENOINPUT, "run file '%s' is not there or not a regular file", path);
    kh_run *loaded = KH_NEW(arena, kh_run, 1);
    if (loaded == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading a run");
    kh_store store = {0};
    kh_status status = load_file(&store, path, arena, loaded, err);
    close_store(&store);
    if (status == KH_OK)
        *run = loaded;
    return status;
}
