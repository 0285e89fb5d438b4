package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Visible;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.http.client.Url;
import java.io.IOException;
import java.io.OutputStream;

/** The control-plane API from the client's side: paths and JSON in, JSON out, every trouble as a {@link CliError}. */
final class Api implements AutoCloseable {
    static final String BASE = "/api/v1/";
    private static final int ANSWER_BYTES_MAX = 64 << 20;
    private static final int VALUES_MAX = 4_000_000;

    private final HttpClient client;
    private final Url server;
    private final Context.Access access;

    Api(Context.Access access) {
        this.access = access;
        this.server = url(access.url());
        // A key in clear must not leave the machine: without TLS only loopback addresses are dialled.
        var destinations =
                server.tls() || access.plainHttp() ? Destinations.anyGrantable() : Destinations.loopbackOnly();
        this.client = HttpClient.start(Settings.to(destinations).trusting(access.trust()));
    }

    static Url url(String text) {
        try {
            var url = Url.parse(text);
            if (!url.target().equals("/"))
                throw new IllegalArgumentException("a path in the server's address: " + text);
            return url;
        } catch (IllegalArgumentException e) {
            throw CliError.usage(String.valueOf(e.getMessage()), "write the server's address as http://127.0.0.1:7400");
        }
    }

    /** The server's address, without a slash at its end. */
    String address() {
        return (server.tls() ? "https://" : "http://") + server.authority();
    }

    Json.Obj get(Path path) {
        return json(send("GET", path, null));
    }

    Json.Obj post(Path path, Json.Obj body) {
        return json(send("POST", path, body));
    }

    Json.Obj put(Path path, Json.Obj body) {
        return json(send("PUT", path, body));
    }

    Json.Obj delete(Path path) {
        return json(send("DELETE", path, null));
    }

    /** An answer that is text and shown or kept as it is. */
    byte[] bytes(String method, Path path) {
        try (var exchange = send(method, path, null)) {
            return exchange.body(ANSWER_BYTES_MAX);
        } catch (ClientError e) {
            throw broken(e);
        }
    }

    /** Copies an answer of any size, piece by piece. */
    void copy(Path path, OutputStream to) throws IOException {
        try (var exchange = send("GET", path, null)) {
            for (var piece = exchange.next(); piece.isPresent(); piece = exchange.next()) to.write(piece.get());
        } catch (ClientError e) {
            throw broken(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private Exchange send(String method, Path path, @org.jspecify.annotations.Nullable Json body) {
        try {
            var call = Call.of(method, server.at(BASE + path.text())).header("accept", "application/json");
            if (access.key().isPresent())
                call = call.header(
                        "authorization", "Bearer " + access.key().get().reveal());
            if (body != null)
                call = call.header("content-type", "application/json").body(body.bytes());
            var exchange = client.send(call);
            if (exchange.status() / 100 == 2 && exchange.status() != 202) return exchange;
            try (exchange) {
                throw Problems.of(exchange.status(), exchange.body(ANSWER_BYTES_MAX), address());
            }
        } catch (ClientError e) {
            throw broken(e);
        } catch (IllegalArgumentException e) {
            throw CliError.usage("the key has characters that no key has", "check WRIT_KEY or the key file");
        }
    }

    private Json.Obj json(Exchange answer) {
        try (answer) {
            var body = answer.body(ANSWER_BYTES_MAX);
            return body.length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(body, VALUES_MAX);
        } catch (JsonError e) {
            throw new CliError(
                    Exit.FAILED,
                    address() + " answered something that is not Writ's",
                    String.valueOf(e.getMessage()),
                    "check the address: " + address());
        } catch (ClientError e) {
            throw broken(e);
        }
    }

    private CliError broken(ClientError e) {
        var why = Visible.text(String.valueOf(e.getMessage()), 300);
        if (e.code() == ClientError.Code.FORBIDDEN && !server.tls())
            return CliError.usage(
                    address() + " is on another machine, and your key would go there unencrypted",
                    "use https, a tunnel, or --plain-http if the network is yours");
        boolean garbled = e.code() == ClientError.Code.MALFORMED || e.code() == ClientError.Code.TOO_LARGE;
        return new CliError(
                garbled ? Exit.FAILED : Exit.UNREACHABLE,
                garbled ? address() + " answered something that is not Writ's" : address() + " cannot be reached",
                why,
                e.sent()
                        ? "whether it was carried out is not known: look before you repeat it"
                        : "start the server with writ up, or correct --url");
    }

    /** A path below the API's base, made of segments; nothing that a person typed can leave its segment. */
    static final class Path {
        private static final String PLAIN = "-._~@+!$&'*=";
        private final String text;

        private Path(String text) {
            this.text = text;
        }

        static Path of(String... segments) {
            var path = new StringBuilder();
            for (var segment : segments) path.append(path.isEmpty() ? "" : "/").append(checked(segment));
            return new Path(path.toString());
        }

        /** This path with a query parameter. */
        Path with(String name, String value) {
            return new Path(text + (text.indexOf('?') < 0 ? "?" : "&") + name + "=" + encoded(value));
        }

        Path with(String name, java.util.Optional<String> value) {
            return value.map(v -> with(name, v)).orElse(this);
        }

        String text() {
            return text;
        }

        private static String checked(String segment) {
            boolean plain =
                    !segment.isEmpty() && segment.length() <= 254 && !segment.equals(".") && !segment.equals("..");
            for (int i = 0; i < segment.length() && plain; i++) plain = isPlain(segment.charAt(i));
            if (plain) return segment;
            throw CliError.usage(
                    "\"" + Visible.text(segment, 80) + "\" is no name or id", "names and ids have a-z 0-9 . _ - @");
        }

        private static boolean isPlain(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || PLAIN.indexOf(c) >= 0;
        }

        private static String encoded(String value) {
            var encoded = new StringBuilder();
            for (byte b : value.getBytes(UTF_8)) {
                char c = (char) (b & 0xFF);
                if (c < 0x80 && isPlain(c) && "+&='".indexOf(c) < 0) encoded.append(c);
                else encoded.append('%').append(String.format("%02X", (int) c));
            }
            return encoded.toString();
        }
    }
}
