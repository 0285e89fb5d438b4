package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** What comes in: standard input and files that a person names, each bounded. */
final class Input {
    private static final int LINE_BYTES_MAX = 4_096;
    private static final int TEXT_BYTES_MAX = 64 << 10;

    private Input() {}

    /** The next line, read byte by byte so that nothing after it is taken away. */
    static Optional<String> line(InputStream in) {
        var line = new ByteArrayOutputStream();
        try {
            int b;
            while ((b = in.read()) >= 0 && b != '\n' && line.size() < LINE_BYTES_MAX) line.write(b);
            return b < 0 && line.size() == 0 ? Optional.empty() : Optional.of(line.toString(UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static String text(InputStream in) {
        try {
            var bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
            if (bytes.length > TEXT_BYTES_MAX)
                throw CliError.usage("more than " + TEXT_BYTES_MAX + " bytes on standard input", "give less");
            return new String(bytes, UTF_8);
        } catch (IOException e) {
            throw new CliError(
                    Exit.FAILED, "standard input cannot be read", String.valueOf(e.getMessage()), "try again");
        }
    }

    /** A whole file. */
    static byte[] file(Path file, int bytesMax) {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax)
                throw new CliError(
                        Exit.FAILED,
                        file + " is too large",
                        "it has more than " + bytesMax + " bytes",
                        "check that it is the right file");
            return bytes;
        } catch (NoSuchFileException e) {
            throw CliError.usage("there is no file " + file, "check its name");
        } catch (IOException e) {
            throw new CliError(
                    Exit.FAILED, file + " cannot be read", String.valueOf(e.getMessage()), "check its permissions");
        }
    }
}
