package dev.writ.policy.publish;

import dev.writ.policy.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Checks a folder of policies without a server, as {@code writ policy check DIR} does. A {@code schema.cedarschema} in
 * the folder (an export of the tenant's) gives the tools; without one only the shared schema is known. Groups are not
 * known offline and not checked.
 */
public final class PolicyCheck {
    private static final String SCHEMA = "schema.cedarschema";

    private final Publisher publisher;

    public PolicyCheck(FrontEnd frontEnd) {
        this.publisher = new Publisher(frontEnd);
    }

    /** @return errors and warnings; no errors among them means that the policies can be published */
    public List<Finding> check(Path folder) {
        return switch (publisher.publish(PolicyFolder.read(folder), schema(folder), Optional.empty())) {
            case Publisher.Published published -> published.warnings();
            case Publisher.Rejected(var findings) -> findings;
        };
    }

    private static String schema(Path folder) {
        var file = folder.resolve(SCHEMA);
        if (!Files.exists(file)) return Schema.text(Shipped.schema(), List.of());
        try {
            if (Files.size(file) > Limits.SCHEMA_BYTES_MAX)
                throw new PublishException(PublishException.Code.FOLDER, SCHEMA + " is too long");
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.FOLDER, SCHEMA + " cannot be read", e);
        }
    }
}
