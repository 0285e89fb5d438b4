package dev.writ.guard;

import dev.writ.authority.Part;
import dev.writ.base.Canonical;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;

/**
 * What is attempted. Sealed: a protocol method that maps to no case is refused, and a new case breaks every reader at
 * compile time. {@code payload} is every member of the request that the gateway does not create itself, so what is
 * judged, digested, recorded and sent are the same bytes.
 */
public sealed interface Action {

    /** The case's name in records and digests. */
    String kind();

    /** What it is done to, for example {@code shop/create_refund}. */
    String target();

    /** The request's own members, digested in canonical form. */
    Json.Obj payload();

    default byte[] payloadBytes() {
        return Canonical.bytes(payload());
    }

    /** An action on an MCP server that an agent takes. */
    sealed interface OnServer extends Action {
        Name server();
    }

    /** To learn that a server exists and to open a session with it. */
    record DiscoverServer(Name server, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "discover-server";
        }

        @Override
        public String target() {
            return server.text();
        }
    }

    /** To list what a server offers: tools, prompts, resources, resource templates. */
    record ListItems(Name server, Listing listing, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "list";
        }

        @Override
        public String target() {
            return server + "/" + listing.method();
        }
    }

    /** The list methods of MCP. */
    enum Listing {
        TOOLS("tools/list", "tools"),
        PROMPTS("prompts/list", "prompts"),
        RESOURCES("resources/list", "resources"),
        RESOURCE_TEMPLATES("resources/templates/list", "resourceTemplates");

        private final String method;
        private final String member;

        Listing(String method, String member) {
            this.method = method;
            this.member = member;
        }

        public String method() {
            return method;
        }

        /** The member of the result that holds the items. */
        public String member() {
            return member;
        }
    }

    /** To ask a server for completions of an argument of a prompt or a resource template ({@code completion/complete}). */
    record Complete(Name server, boolean ofPrompt, String ref, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "complete";
        }

        @Override
        public String target() {
            return server + "/" + ref;
        }
    }

    /** To call a tool; {@code input} is what the payload carries as arguments. */
    record CallTool(Name server, String tool, Json.Obj input, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "call-tool";
        }

        @Override
        public String target() {
            return server + "/" + tool;
        }

        /** The same call with its paths normalised: what is judged is what is sent. */
        CallTool forwarding(Json.Obj normalised) {
            if (normalised.equals(input)) return this;
            var params = payload.object("params").orElse(Json.Obj.EMPTY).with("arguments", normalised);
            return new CallTool(server, tool, normalised, payload.with("params", params));
        }
    }

    /** To read a resource, or to be told of its changes ({@code resources/read}, {@code resources/subscribe}). */
    record ReadResource(Name server, String uri, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "read-resource";
        }

        @Override
        public String target() {
            return server + "/" + uri;
        }
    }

    record GetPrompt(Name server, String prompt, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "get-prompt";
        }

        @Override
        public String target() {
            return server + "/" + prompt;
        }
    }

    /**
     * To be told of a server's changes ({@code subscriptions/listen}). Each resource among them is an action of its own,
     * a {@link ReadResource}.
     */
    record Listen(Name server, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "listen";
        }

        @Override
        public String target() {
            return server.text();
        }
    }

    /** To set what a server logs to this session ({@code logging/setLevel}). */
    record SetLogLevel(Name server, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "set-log-level";
        }

        @Override
        public String target() {
            return server.text();
        }
    }

    /**
     * To have the client answer what a server asks of it: a sample of its model, a word of its user, its roots. The
     * payload is the server's own request, which is what the decision is about; the answer does not exist yet.
     */
    record AnswerServer(Name server, String method, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "answer-server";
        }

        @Override
        public String target() {
            return server + "/" + method;
        }

        /** Whether the request brings words of the server to the client, as all but the question for roots do. */
        boolean bringsWords() {
            return !method.equals("roots/list");
        }
    }

    /**
     * To obtain, renew or give up what a server is shown of its caller. Whose it is follows from the caller: the person of
     * the agent's task, or the person who acts.
     *
     * @param purpose {@code connect}, {@code renew}, {@code mint}, {@code remove}
     */
    record UseCredential(Name server, String purpose, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "use-credential";
        }

        @Override
        public String target() {
            return server + "/" + purpose;
        }
    }

    /** To read one public document about a server or its authorization server (RFC 9728, RFC 8414). */
    record FetchServerMetadata(Name server, String url, Json.Obj payload) implements OnServer {
        public FetchServerMetadata(Name server, String url) {
            this(server, url, Json.object().put("url", url).build());
        }

        @Override
        public String kind() {
            return "fetch-server-metadata";
        }

        @Override
        public String target() {
            return server.text();
        }
    }

    /**
     * What maps to no action: a message that cannot be read, an unknown method, another caller's session, an answer that
     * nobody waits for. It is always refused, and exists so that the attempt is on record.
     */
    record Unmapped(Name server, String what, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "unmapped";
        }

        @Override
        public String target() {
            return server + "/" + what;
        }
    }

    /**
     * To have a token minted that is good for a server, or for all servers together: {@code server} is then the first of
     * them that is there for the agent.
     *
     * @param resource the audience
     */
    record MintToken(Name server, String resource, Json.Obj payload) implements OnServer {
        @Override
        public String kind() {
            return "mint-token";
        }

        @Override
        public String target() {
            return resource;
        }
    }

    /** To fetch a document that a client points to, for a person who is asked to trust it. */
    record FetchMetadata(String url, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "fetch-metadata";
        }

        @Override
        public String target() {
            return url;
        }
    }

    /** To redeem a code at a company's provider, for the identity of whoever brought it. */
    record RedeemCode(String url, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "redeem-code";
        }

        @Override
        public String target() {
            return url;
        }
    }

    /** A person's yes or no to one exact action. */
    record Approve(String target, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "approve";
        }
    }

    /** A person's entry into the pages; {@code target} is the person that was recognised. */
    record SignIn(String target, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "sign-in";
        }
    }

    /** To look into the ledger. */
    record ReadEvidence(String target, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "read-evidence";
        }
    }

    /**
     * To pass a part of one's own task on to another agent.
     *
     * @param child the id of the task that it is to become
     */
    record Delegate(Id task, Id child, Part part, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "delegate";
        }

        @Override
        public String target() {
            return task + "/" + part.agent();
        }
    }

    /**
     * To end a task that came of one's own by delegation, because what it was for is done.
     *
     * @param above one's own task
     */
    record EndTask(Id above, String below, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "end-task";
        }

        @Override
        public String target() {
            return below;
        }
    }

    /** Any change a person makes to the control plane; {@code operation} is {@code noun:verb}, as in {@code agent:create}. */
    record Administer(String operation, String target, Json.Obj payload) implements Action {
        @Override
        public String kind() {
            return "administer";
        }
    }
}
