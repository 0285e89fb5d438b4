package dev.writ.witness;

import dev.writ.http.client.Url;
import dev.writ.ledger.verify.Quorum;
import dev.writ.ledger.verify.VerifierKey;
import dev.writ.ledger.verify.Witnesses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A witness that is asked to cosign our logs.
 *
 * @param url its submission prefix, without a slash at the end
 * @param keys all of which must cosign for it to count
 */
public record Peer(String url, List<VerifierKey> keys) {
    public Peer {
        keys = List.copyOf(keys);
        if (url.endsWith("/")) url = url.substring(0, url.length() - 1);
        if (keys.isEmpty()) throw new IllegalArgumentException("a witness has a vkey");
        for (var key : keys) {
            if (!VerifierKey.Type.OF_WITNESSES.contains(key.type()))
                throw new IllegalArgumentException("the vkey of " + url + " is not for cosignatures");
            if (!key.name().equals(keys.getFirst().name()))
                throw new IllegalArgumentException("the vkeys of " + url + " have different names");
        }
        Url.parse(url + "/");
    }

    public String name() {
        return keys.getFirst().name();
    }

    Url submission() {
        return Url.parse(url + "/add-checkpoint");
    }

    /** What makes a checkpoint a witnessed one: at least so many of these have cosigned it. */
    public static Witnesses quorum(List<Peer> peers, int wanted) {
        var keys = new LinkedHashMap<String, VerifierKey>();
        var members = new ArrayList<Quorum>();
        for (var peer : peers) {
            var all = new ArrayList<Quorum>();
            for (var key : peer.keys) {
                var name = peer.name() + "/" + key.type();
                if (keys.putIfAbsent(name, key) != null
                        || keys.values().stream().filter(key::equals).count() > 1)
                    throw new IllegalArgumentException("the witness " + peer.name() + " comes twice");
                all.add(new Quorum.Witness(name));
            }
            members.add(new Quorum.Group(all.size(), all));
        }
        return peers.isEmpty() ? Witnesses.NONE : new Witnesses(keys, new Quorum.Group(wanted, members));
    }
}
