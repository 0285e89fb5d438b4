package dev.writ.pages;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A page: what it is about, for whom, and its blocks from top to bottom.
 *
 * @param title stands in the browser's title and as the page's heading
 * @param visitor who is signed in, shown at the top with a way to sign out
 * @param leadsTo origins outside of ours that a form of this page may end at, by redirect
 */
public record Page(int status, String title, Optional<Visitor> visitor, List<Block> blocks, Set<String> leadsTo) {
    /**
     * Who is signed in.
     *
     * @param csrf of the visitor's session, for the form that signs out
     * @param signOut where that form goes
     */
    public record Visitor(String name, String csrf, String signOut) {}

    public Page {
        blocks = List.copyOf(blocks);
        leadsTo = Set.copyOf(leadsTo);
    }

    public static Page of(String title, Block... blocks) {
        return new Page(200, title, Optional.empty(), List.of(blocks), Set.of());
    }

    public static Page of(String title, List<Block> blocks) {
        return new Page(200, title, Optional.empty(), blocks, Set.of());
    }

    /** What went wrong: what, why and what next. */
    public static Page error(int status, String what, String why, String next) {
        return new Page(
                status,
                what,
                Optional.empty(),
                List.of(new Block.Notice(Block.Tone.BAD, why), new Block.Text(next)),
                Set.of());
    }

    public Page seenBy(Visitor somebody) {
        return new Page(status, title, Optional.of(somebody), blocks, leadsTo);
    }

    /**
     * This page with a form that may end at a URL outside: browsers hold redirects after a form against {@code
     * form-action}.
     */
    public Page leadingTo(URI outside) {
        var more = new TreeSet<>(leadsTo);
        more.add(origin(outside));
        return new Page(status, title, visitor, blocks, more);
    }

    /** Whether a block needs our one script. */
    public boolean scripted() {
        return blocks.stream().anyMatch(Block.Ceremony.class::isInstance);
    }

    /** Where the page goes on to by itself; empty for the most. */
    public Optional<String> onward() {
        return blocks.stream()
                .flatMap(block -> block instanceof Block.Onward onward ? Stream.of(onward.path()) : Stream.empty())
                .findFirst();
    }

    private static String origin(URI url) {
        if (!url.isAbsolute()) throw new IllegalArgumentException("no URL to lead to");
        var scheme = String.valueOf(url.getScheme());
        // A scheme of an app has no origin that a policy could name: the scheme alone is the narrowest source.
        if (url.getHost() == null || !scheme.matches("https?")) {
            if (!scheme.matches("[a-z][a-z0-9+.-]{0,30}")) throw new IllegalArgumentException("no URL to lead to");
            return scheme + ":";
        }
        if (!url.getHost().matches("[A-Za-z0-9.-]{1,253}|\\[[0-9a-fA-F:.]{2,45}]"))
            throw new IllegalArgumentException("no host to lead to");
        return scheme + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
