package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.vault.Vault;

/**
 * What people are shown about an approval, as it lies in the database: encrypted, for it holds the arguments of a call,
 * and bound to its tenant and approval, so that it opens nowhere else.
 */
public final class Covered {
    private static final String MEMBER = "covered";

    private final Vault vault;

    public Covered(Vault vault) {
        this.vault = vault;
    }

    Json.Obj cover(Name tenant, Id approval, Json.Obj plain) {
        return Json.object()
                .put(MEMBER, vault.cover(tenant, subject(approval), Canonical.bytes(plain)))
                .build();
    }

    /** What a person may see; what an earlier version wrote in clear is as it is. */
    public Json.Obj open(Name tenant, Id approval, Json.Obj stored) {
        return stored.string(MEMBER)
                .map(text -> JsonReader.readObject(vault.uncover(tenant, subject(approval), text)))
                .orElse(stored);
    }

    private static byte[] subject(Id approval) {
        return ("approval\0" + approval.text()).getBytes(UTF_8);
    }
}
