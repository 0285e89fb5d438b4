package dev.writ.cli;

import java.util.Optional;
import picocli.CommandLine;

/** The version that stands in the jar's manifest. */
final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
        var version = Optional.ofNullable(Cli.class.getPackage().getImplementationVersion());
        return new String[] {"writ " + version.orElse("(built from source)")};
    }
}
