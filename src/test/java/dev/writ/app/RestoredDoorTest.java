package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Secret;
import dev.writ.identity.Caller;
import dev.writ.identity.Proposals;
import dev.writ.identity.SignInLinks;
import dev.writ.walks.Folders;
import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a restore nobody is let in by anything that was good before: each kind of it is shown before and after. */
class RestoredDoorTest {
    private static final String PURPOSE = "approve apr_1";

    @TempDir
    private Path temp;

    private Product product;
    private OauthClient client;
    private int port;

    @BeforeEach
    void start() {
        product = Product.start(temp.resolve("data"));
        port = product.wiring.url().getPort();
        client = OauthClient.with(product, product.owner);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    /** The same installation out of its backup, at the same address: only what a restore ends can be missing. */
    private void restored() throws IOException {
        var data = temp.resolve("data");
        var backup = temp.resolve("backup");
        var restored = temp.resolve("restored");
        new Backup(data, InstantSource.system()).to(backup, true);
        product.wiring.close();
        new Restore(InstantSource.system(), new SecureRandom())
                .from(backup, restored, new Restore.Choice(Optional.empty(), false, Optional.empty(), false));
        Folders.copy(data.resolve("bundles-of-test"), restored.resolve("bundles-of-test"));
        product = product.onceMore(restored, port);
        assertThat(product.wiring.url().getPort()).isEqualTo(port);
    }

    private int called(String token) {
        return client.send(
                        HttpRequest.newBuilder(URI.create(client.resource()))
                                .header("accept", "application/json, text/event-stream")
                                .header("content-type", "application/json")
                                .header("authorization", "Bearer " + token)
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}")))
                .status();
    }

    @Test
    void aBrowsersSessionIsOver() throws IOException {
        var id = client.registered();
        assertThat(client.asked(client.request(id)).text()).contains("asks to act for you");
        restored();
        var page = client.asked(client.request(id));
        assertThat(page.status()).isEqualTo(303);
        assertThat(page.header("location").orElseThrow()).contains("/ui/sign-in");
        assertThat(product.parts().identity().sessions().openOf(Product.TENANT, product.owner))
                .isEmpty();
    }

    @Test
    void aGrantAndItsTokensAreOver() throws IOException {
        var id = client.registered();
        var tokens = client.tokens(id);
        var token = tokens.string("access_token").orElseThrow();
        assertThat(called(token)).isEqualTo(200);
        restored();
        assertThat(called(token)).isEqualTo(401);
        var refreshed = client.token(
                client.refreshing(id, tokens.string("refresh_token").orElseThrow()));
        assertThat(refreshed.json().string("error")).hasValue("invalid_grant");
        assertThat(product.parts().guard().tokens().grants(Product.TENANT))
                .isNotEmpty()
                .allSatisfy(grant -> assertThat(grant.revokedAt()).isPresent());
    }

    @Test
    void anAuthorizationCodeIsOver() throws IOException {
        var id = client.registered();
        var code = client.allowed(client.request(id)).sent().get("code");
        restored();
        assertThat(client.token(client.redemption(id, code)).json().string("error"))
                .hasValue("invalid_grant");
        assertThat(product.parts().guard().tokens().grants(Product.TENANT)).isEmpty();
    }

    @Test
    void aOneTimeLinkIsOver() throws IOException {
        Secret link = product.parts()
                .identity()
                .links()
                .make(Product.TENANT, product.parts().ids().next("lnk"), product.owner);
        assertThat(good(link)).isPresent();
        restored();
        assertThat(good(link)).isEmpty();
    }

    private Optional<SignInLinks.Link> good(Secret link) {
        return product.parts().identity().links().find(link.reveal());
    }

    @Test
    void aPasskeysConfirmationIsOver() throws IOException {
        var sessions = product.parts().identity().sessions();
        var opened = sessions.open(Product.TENANT, product.parts().ids().next("ses"), product.owner);
        var cookie = opened.value().reveal();
        sessions.confirm(opened.session(), PURPOSE);
        assertThat(sessions.confirmedBy(cookie, PURPOSE)).isInstanceOf(Caller.PersonCaller.class);
        sessions.confirm(opened.session(), PURPOSE);
        restored();
        assertThat(product.parts().identity().sessions().confirmedBy(cookie, PURPOSE))
                .isInstanceOf(Caller.Unknown.class);
        assertThat(product.parts().identity().sessions().callerOf(cookie)).isInstanceOf(Caller.Unknown.class);
    }

    /** Two have to order some changes; what one of them ordered before is not half of anything afterwards. */
    @Test
    void aChangeThatWaitedForASecondAdministratorIsOver() throws IOException {
        var now = Instant.now();
        var matter = Digest.of("matter".getBytes(StandardCharsets.UTF_8));
        var proposals = product.parts().identity().proposals();
        var id = product.parts().ids().next("prp");
        assertThat(proposals.add(new Proposals.Proposal(
                        Product.TENANT,
                        id,
                        "person:update",
                        "dana",
                        Json.Obj.EMPTY,
                        matter,
                        product.owner,
                        now,
                        now.plus(Proposals.LIFE),
                        Optional.empty())))
                .isTrue();
        assertThat(proposals.confirm(Product.TENANT, id, product.dana)).isTrue();
        assertThat(proposals.about(Product.TENANT, matter)).isPresent();
        restored();
        assertThat(product.parts().identity().proposals().about(Product.TENANT, matter))
                .isEmpty();
    }

    @Test
    void whoSignsInAfterwardsStaysSignedIn() throws IOException {
        restored();
        var again = OauthClient.with(product, product.owner);
        assertThat(again.asked(again.request(again.registered())).status()).isEqualTo(200);
        var last = product.lastOf("revocation");
        assertThat(last.string("event")).hasValue("keys-revoked");
        assertThat(last.integer("sessions")).as("the one of before").hasValue(1L);
        restartedAtThePort();
        client = again;
        assertThat(product.parts().identity().sessions().openOf(Product.TENANT, product.owner))
                .hasSize(1);
    }

    private void restartedAtThePort() {
        product.wiring.close();
        product = product.onceMore(temp.resolve("restored"), port);
    }
}
