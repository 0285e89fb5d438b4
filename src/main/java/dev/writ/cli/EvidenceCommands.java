package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Report;
import dev.writ.ledger.verify.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ evidence …}. */
@Command(description = "Verifies and exports the record of what happened.")
final class EvidenceCommands {
    private static final int KEPT_BYTES_MAX = 16 << 20;
    private static final String DECISION = "The decision's id, or its last characters.";

    private final Session session;

    EvidenceCommands(Session session) {
        this.session = session;
    }

    @Command(
            description =
                    "Verifies a data folder, an export or a receipt, without any server. Exit code 5 if it fails.")
    int verify(
            @Parameters(paramLabel = "PATH", description = "A data folder, an export (folder or zip) or a receipt.")
                    String path,
            @Option(
                            names = "--trust",
                            paramLabel = "FILE",
                            description =
                                    "Keys that you exported earlier and kept elsewhere; else keys are self-asserted.")
                    Optional<String> trust,
            @Option(
                            names = "--since",
                            paramLabel = "CHECKPOINT",
                            description = "A checkpoint kept earlier, which the log must still contain.")
                    Optional<String> since) {
        try {
            var report = EvidenceVerifier.verify(
                    session.terminal().path(path),
                    trust.map(file -> Trust.parse(new String(kept(file), java.nio.charset.StandardCharsets.UTF_8))),
                    since.map(file -> Checkpoint.parse(kept(file))));
            session.out().one(json(report), () -> show(report));
            return report.passed() ? Exit.DONE : Exit.NOT_VERIFIED;
        } catch (IllegalArgumentException e) {
            throw CliError.usage(
                    "the file of --trust or --since cannot be used: " + e.getMessage(), "give the right file");
        } catch (EvidenceFailure e) {
            boolean damaged = e.code() == EvidenceFailure.Code.DAMAGED;
            throw new CliError(
                    damaged ? Exit.NOT_VERIFIED : Exit.FAILED,
                    damaged ? "not verified" : "cannot be read",
                    String.valueOf(e.getMessage()),
                    damaged ? "keep the files as they are and find out what happened" : "check the path");
        }
    }

    @Command(name = "who-authorised", description = "Says who authorised an action, from the record alone.")
    int whoAuthorised(@Parameters(paramLabel = "DECISION", description = DECISION) String decision) {
        var answer = session.api().get(Api.Path.of("evidence", decision, "who-authorised"));
        session.out().one(answer, () -> {
            session.out().shown(answer.string("sentence").orElse(""));
            session.out().data("");
            answer.members().forEach((member, value) -> {
                if (!member.equals("sentence")) session.out().shown("  " + member + ": " + Column.words(value));
            });
        });
        return Exit.DONE;
    }

    @Command(description = "Fetches a decision's receipt: its records with their proofs.")
    int receipt(
            @Parameters(paramLabel = "DECISION", description = DECISION) String decision,
            @Option(names = "--disclose", description = "With the personal values that the records commit to.")
                    boolean disclose,
            @Option(names = "--out", paramLabel = "FILE", description = "Write it to a file.") Optional<String> out) {
        var path = Api.Path.of("evidence", decision, "receipt");
        return deliver("receipt", session.api().bytes("GET", disclose ? path.with("disclose", "true") : path), out);
    }

    @Command(description = "Fetches the keys that verify this tenant's log. Keep them elsewhere.")
    int trust(
            @Option(names = "--out", paramLabel = "FILE", description = "Write them to a file.") Optional<String> out) {
        return deliver("keys", session.api().bytes("GET", Api.Path.of("evidence", "trust")), out);
    }

    @Command(description = "Has a checkpoint made and fetches it: the log's signed head.")
    int checkpoint(
            @Option(names = "--out", paramLabel = "FILE", description = "Write it to a file.") Optional<String> out) {
        return deliver("checkpoint", session.api().bytes("POST", Api.Path.of("evidence", "checkpoint")), out);
    }

    @Command(description = "Fetches all evidence as a zip file that verifies offline.")
    int export(@Parameters(paramLabel = "FILE", description = "The zip file to write.") String file) {
        var to = newFile(file);
        var part = to.resolveSibling(to.getFileName() + ".part");
        try {
            try (var out = Files.newOutputStream(part)) {
                session.api().copy(Api.Path.of("evidence", "export"), out);
            }
            Files.move(part, to);
        } catch (IOException e) {
            throw new CliError(
                    Exit.FAILED, to + " cannot be written", String.valueOf(e), "check the folder and its space");
        } finally {
            SafeFile.delete(part);
        }
        session.out().say("Wrote " + to + ". Next: writ evidence verify " + file + " --trust FILE");
        return Exit.DONE;
    }

    /** A document goes to a file, or byte for byte to a program; on a terminal it is shown line by line. */
    private int deliver(String what, byte[] document, Optional<String> out) {
        if (out.isPresent()) {
            var to = newFile(out.get());
            SafeFile.write(to, document, "rw-------");
            session.out().say("Wrote the " + what + " to " + to + ".");
        } else if (session.terminal().interactive()) {
            session.out().lines(new String(document, java.nio.charset.StandardCharsets.UTF_8));
        } else {
            session.out().raw(document);
        }
        return Exit.DONE;
    }

    private Path newFile(String file) {
        var to = session.terminal().path(file);
        if (Files.exists(to))
            throw new CliError(
                    Exit.CONFLICT, to + " is there already", "evidence is never overwritten", "name another file");
        return to;
    }

    private byte[] kept(String file) {
        return Input.file(session.terminal().path(file), KEPT_BYTES_MAX);
    }

    private void show(Report report) {
        var ink = session.ink();
        for (var line : report.lines()) {
            var text = Visible.text(line.text(), Integer.MAX_VALUE);
            session.out()
                    .data(
                            switch (line) {
                                case Report.Line.Held _ -> ink.good("ok    ") + text;
                                case Report.Line.Failed _ -> ink.bad("FAIL  ") + text;
                                case Report.Line.Note _ -> "      " + text;
                            });
        }
        session.out().data(report.passed() ? ink.good("verified") : ink.bad("NOT VERIFIED"));
    }

    private static Json.Obj json(Report report) {
        var lines = new ArrayList<Json>();
        for (var line : report.lines())
            lines.add(Json.object()
                    .put(
                            "result",
                            switch (line) {
                                case Report.Line.Held _ -> "ok";
                                case Report.Line.Failed _ -> "fail";
                                case Report.Line.Note _ -> "note";
                            })
                    .put("text", line.text())
                    .build());
        return Json.object()
                .put("verified", report.passed())
                .put("failures", report.failures())
                .put("lines", new Json.Arr(lines))
                .build();
    }
}
