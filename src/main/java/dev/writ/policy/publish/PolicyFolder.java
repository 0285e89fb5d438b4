package dev.writ.policy.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the {@code *.cedar} files of a tenant's policy folder, in order of their names. Follows no links. */
public final class PolicyFolder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\.cedar");

    private PolicyFolder() {}

    /** @param files text by file name; what could not be read stands in {@code findings} instead */
    public record Sources(SortedMap<String, String> files, List<Finding> findings) {
        public Sources {
            files = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(files));
            findings = List.copyOf(findings);
        }
    }

    /** @throws PublishException when the folder itself cannot be read */
    public static Sources read(Path folder) {
        var files = new TreeMap<String, String>();
        var findings = new ArrayList<Finding>();
        for (var file : list(folder)) {
            var name = String.valueOf(file.getFileName());
            if (files.size() + findings.size() >= Limits.FILES_MAX) {
                findings.add(Finding.ofFile(name, "more than " + Limits.FILES_MAX + " policy files"));
                break;
            }
            read(file, name, files, findings);
        }
        return new Sources(files, findings);
    }

    private static List<Path> list(Path folder) {
        try (var found = Files.list(folder)) {
            return found.filter(f -> f.getFileName().toString().endsWith(".cedar"))
                    .sorted()
                    .limit(Limits.FILES_MAX + 1L)
                    .toList();
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.FOLDER, "the policy folder cannot be read", e);
        }
    }

    private static void read(Path file, String name, SortedMap<String, String> files, List<Finding> findings) {
        if (!NAME.matcher(name).matches()) {
            findings.add(Finding.ofFile(
                    dev.writ.base.Visible.text(name, 120), "a policy file has a name of A-Z a-z 0-9 . _ -"));
            return;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            findings.add(Finding.ofFile(name, "not a regular file"));
            return;
        }
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            // Bounded while reading, so a file that grows meanwhile does not matter.
            var bytes = in.readNBytes(Limits.FILE_BYTES_MAX + 1);
            if (bytes.length > Limits.FILE_BYTES_MAX)
                findings.add(Finding.ofFile(name, "longer than " + Limits.FILE_BYTES_MAX + " bytes"));
            else
                files.put(
                        name,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString());
        } catch (CharacterCodingException e) {
            findings.add(Finding.ofFile(name, "not UTF-8 text"));
        } catch (IOException e) {
            findings.add(Finding.ofFile(name, "cannot be read"));
        }
    }
}
