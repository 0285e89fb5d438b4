package dev.writ.people;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a browser does, as far as pages without scripts need it: cookies of one host, forms, redirects within it. */
final class Browser {
    private static final Pattern FORM =
            Pattern.compile("<form[^>]*action=\"([^\"]*)\"([^>]*)>(.*?)</form>", Pattern.DOTALL);
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");
    private static final Pattern OPTIONS = Pattern.compile("data-options=\"([^\"]*)\"");

    final Map<String, String> cookies = new LinkedHashMap<>();
    final List<String> setCookies = new ArrayList<>();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final String origin;

    Browser(String origin) {
        this.origin = origin;
    }

    /** A page as it came. */
    record Page(int status, String html, Optional<String> location) {
        /** The form that goes to a path. */
        Form form(String action) {
            var forms = FORM.matcher(html);
            while (forms.find()) {
                if (!forms.group(1).equals(action)) continue;
                var fields = new LinkedHashMap<String, String>();
                HIDDEN.matcher(forms.group(3))
                        .results()
                        .forEach(field -> fields.put(plain(field.group(1)), plain(field.group(2))));
                var options = OPTIONS.matcher(forms.group(2));
                return new Form(action, fields, options.find() ? plain(options.group(1)) : "");
            }
            throw new AssertionError("no form to " + action + " in " + html);
        }
    }

    /** @param options what a passkey is asked for; empty for a form without */
    record Form(String action, Map<String, String> fields, String options) {
        Form with(String name, String value) {
            var more = new LinkedHashMap<>(fields);
            more.put(name, value);
            return new Form(action, more, options);
        }
    }

    Page get(String path) {
        return sent(HttpRequest.newBuilder(at(path)).GET());
    }

    Page submit(Form form) {
        return submit(form, origin);
    }

    /** @param from the origin that the browser says the form came from */
    Page submit(Form form, String from) {
        var body = new StringBuilder();
        form.fields().forEach((name, value) -> body.append(body.isEmpty() ? "" : "&")
                .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return sent(HttpRequest.newBuilder(at(form.action()))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", from)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private URI at(String path) {
        return URI.create(path.startsWith("http") ? path : origin + path);
    }

    private Page sent(HttpRequest.Builder request) {
        if (!cookies.isEmpty()) {
            var all = new StringBuilder();
            cookies.forEach((name, value) -> all.append(all.isEmpty() ? "" : "; ")
                    .append(name)
                    .append('=')
                    .append(value));
            request.header("cookie", all.toString());
        }
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            for (var set : answer.headers().allValues("set-cookie")) keep(set);
            return new Page(answer.statusCode(), answer.body(), answer.headers().firstValue("location"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String set) {
        setCookies.add(set);
        var pair = set.substring(0, set.indexOf(';'));
        int equals = pair.indexOf('=');
        if (set.contains("Max-Age=0")) cookies.remove(pair.substring(0, equals));
        else cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
    }

    static String plain(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
