package dev.writ.admin;

import dev.writ.base.Secret;
import dev.writ.guard.Company;
import dev.writ.guard.Company.Heard;
import dev.writ.guard.Permit;
import dev.writ.upstream.Metadata;
import java.util.Optional;

/** The way to a company's provider: every request is made by upstream, under the permit that it is given. */
public record ProviderWeb(Metadata metadata) implements Company.Web {
    @Override
    public Heard get(Permit permit) {
        return heard(metadata.fetch(permit));
    }

    @Override
    public Heard post(Permit permit, String form, Optional<Secret> basic) {
        return heard(metadata.redeem(permit, form, basic));
    }

    private static Heard heard(Metadata.Fetched fetched) {
        return switch (fetched) {
            case Metadata.Fetched.Document(var json, var _) -> new Heard.Document(json);
            case Metadata.Fetched.Failed(var why) -> new Heard.Nothing(why);
            case Metadata.Fetched.Stopped(var reason) -> new Heard.Nothing(reason.code());
        };
    }
}
