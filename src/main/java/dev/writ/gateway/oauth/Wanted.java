package dev.writ.gateway.oauth;

import dev.writ.guard.Tokens;
import java.util.Optional;

/** What an authorization request asks for, once its client and redirect URI are known to belong together. */
record Wanted(
        Client client,
        String redirect,
        Optional<String> state,
        String challenge,
        Tokens.Resource resource,
        Optional<String> jkt) {

    /** What to ask for, or how to say that it cannot be. */
    sealed interface Read {
        record Good(Wanted wanted) implements Read {}

        /** For the person: nothing may be sent to a redirect URI that is not known to be the client's. */
        record Stranger(String why) implements Read {}

        /** For the client, by its redirect (RFC 6749 §4.1.2.1). */
        record Bad(String redirect, Optional<String> state, String error, String why) implements Read {}
    }

    static Read read(Parameters parameters, Client client, Tokens tokens, Tenancy tenancy) {
        Optional<String> redirect;
        try {
            redirect = parameters.maybe("redirect_uri");
        } catch (Fault e) {
            return new Read.Stranger(e.why());
        }
        // RFC 6749 §3.1.2.3: it may be left out only where there is one to choose from.
        if (redirect.isEmpty() && client.redirects().size() == 1)
            redirect = Optional.of(client.redirects().getFirst());
        if (redirect.filter(client::owns).isEmpty())
            return new Read.Stranger("the client wants to be answered at a place that it has not registered");
        Optional<String> state = Optional.empty();
        try {
            state = parameters.maybe("state");
            return new Read.Good(checked(parameters, client, redirect.get(), state, tokens, tenancy));
        } catch (Fault e) {
            return new Read.Bad(redirect.get(), state, e.code(), e.why());
        }
    }

    private static Wanted checked(
            Parameters parameters,
            Client client,
            String redirect,
            Optional<String> state,
            Tokens tokens,
            Tenancy tenancy) {
        if (parameters.maybe("request").isPresent())
            throw new Fault(400, "request_not_supported", "send the parameters themselves");
        if (parameters.maybe("request_uri").isPresent())
            throw new Fault(400, "request_uri_not_supported", "send the parameters themselves");
        if (!parameters.text("response_type").equals("code"))
            throw new Fault(400, "unsupported_response_type", "response_type is code");
        if (parameters
                .maybe("response_mode")
                .filter(mode -> !mode.equals("query"))
                .isPresent()) throw Fault.request("response_mode is query");
        // OAuth 2.1 §4.1.1: PKCE for every client; plain protects nobody.
        var challenge = parameters.text("code_challenge");
        if (!parameters.maybe("code_challenge_method").equals(Optional.of("S256")))
            throw Fault.request("code_challenge_method is S256");
        if (!challenge.matches("[A-Za-z0-9_-]{43}")) throw Fault.request("code_challenge is no S256 challenge");
        var jkt = parameters.maybe("dpop_jkt");
        if (jkt.filter(text -> !text.matches("[A-Za-z0-9_-]{43}")).isPresent())
            throw Fault.request("dpop_jkt is no thumbprint");
        var resource = tokens.resource(tenancy.tenant(), parameters.maybe("resource"))
                .orElseThrow(() -> new Fault(400, "invalid_target", "the resource is not one of this server's"));
        return new Wanted(client, redirect, state, challenge, resource, jkt);
    }
}
