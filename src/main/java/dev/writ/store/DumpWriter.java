package dev.writ.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes a {@link Dump}, readable by its owner alone and durable when it is closed. */
final class DumpWriter implements AutoCloseable {
    private final FileChannel file;
    private final OutputStream out;
    private final MessageDigest sha = Digest.sha256();

    DumpWriter(Path to) throws IOException {
        file = FileChannel.open(
                to,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        out = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16);
    }

    void write(Sql sql, List<Migrations.Step> steps, Layout layout) throws SQLException, IOException {
        line(Json.object()
                .put("form", Dump.FORM)
                .put("steps", new Json.Arr(steps.stream().map(DumpWriter::json).toList()))
                .build());
        long rows = 0;
        for (var table : layout.tables()) rows += table(sql, table);
        line(Json.object()
                .put("rows", rows)
                .put("sha256", Digest.ofBytes(sha.digest()).toString())
                .put("tables", layout.tables().size())
                .build());
    }

    private static Json json(Migrations.Step step) {
        return Json.object()
                .put("part", step.part())
                .put("version", step.version())
                .put("digest", step.digest().toString())
                .build();
    }

    private long table(Sql sql, Layout.Table table) throws SQLException, IOException {
        var columns = table.columns().stream().map(Layout.Column::name).toList();
        line(Json.object().put("table", table.name()).put("columns", columns).build());
        var rows = new long[1];
        sql.each("SELECT " + table.columnNames() + " FROM " + table.name(), row -> {
            line(values(row, table));
            rows[0]++;
        });
        line(Json.object().put("table", table.name()).put("rows", rows[0]).build());
        return rows[0];
    }

    private static Json values(Row row, Layout.Table table) throws SQLException {
        var values = new ArrayList<Json>();
        for (var column : table.columns())
            values.add(
                    column.number()
                            ? row.optionalInteger(column.name())
                                    .<Json>map(Json.Num::of)
                                    .orElse(Json.Null.VALUE)
                            : row.optionalText(column.name())
                                    .<Json>map(Json::of)
                                    .orElse(Json.Null.VALUE));
        return new Json.Arr(values);
    }

    private void line(Json json) throws IOException {
        var bytes = (new String(Canonical.bytes(json), UTF_8) + "\n").getBytes(UTF_8);
        if (bytes.length > Dump.LINE_BYTES_MAX)
            throw new StoreError(StoreError.Code.CORRUPT, "a row is longer than " + Dump.LINE_BYTES_MAX + " bytes");
        sha.update(bytes);
        out.write(bytes);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            out.flush();
            file.force(true);
        }
    }
}
