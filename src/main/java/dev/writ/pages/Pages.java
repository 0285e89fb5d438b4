package dev.writ.pages;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.http.server.Answer;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.TreeSet;

/** Renders pages. A page comes from nowhere but here, frames nothing, and no other page may frame it. */
public final class Pages {
    private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(ContentType.Html);

    private Pages() {}

    public static Answer.Full render(Page page) {
        var html = new StringOutput();
        TEMPLATES.render("page.jte", page, html);
        return Answer.of(
                        page.status(),
                        "text/html; charset=utf-8",
                        html.toString().getBytes(UTF_8))
                .with("content-security-policy", policy(page))
                .with("x-frame-options", "DENY")
                .with("x-content-type-options", "nosniff")
                // Not no-referrer: with it browsers send Origin: null along with our own forms.
                .with("referrer-policy", "same-origin")
                .with("cross-origin-opener-policy", "same-origin")
                .with("cross-origin-resource-policy", "same-origin")
                .with("cache-control", "no-store");
    }

    /** To another page of ours after a form was handled (RFC 9110 §15.4.4). */
    public static Answer.Full seeOther(String path) {
        if (!ReturnPath.safe(path)) throw new IllegalArgumentException("not a path of ours: " + path);
        return Answer.empty(303).with("location", path).with("cache-control", "no-store");
    }

    private static String policy(Page page) {
        var ends = new StringBuilder("'self'");
        for (var origin : new TreeSet<>(page.leadsTo())) ends.append(' ').append(origin);
        return "default-src 'none'; style-src 'self'; img-src 'self'; form-action " + ends
                + "; base-uri 'none'; frame-ancestors 'none'"
                + (page.scripted() ? "; script-src 'self'; require-trusted-types-for 'script'" : "");
    }
}
