package dev.writ.policy.publish;

import dev.writ.policy.PolicySet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The policy texts that come with the program. */
public final class Shipped {
    private Shipped() {}

    /** The schema that all tenants share; {@code Schema.text} adds a tenant's tools. */
    public static String schema() {
        return text("schema.cedarschema");
    }

    /** The forbids that every tenant starts with, and administration by role. */
    public static String guardrails() {
        return text("guardrails.cedar");
    }

    private static String text(String name) {
        try (var in = PolicySet.class.getResourceAsStream(name)) {
            if (in == null) throw new PublishException(PublishException.Code.RESOURCE, name + " is missing");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.RESOURCE, name + " cannot be read", e);
        }
    }
}
