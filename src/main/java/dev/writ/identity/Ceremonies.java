package dev.writ.identity;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.data.extension.authenticator.AuthenticationExtensionsAuthenticatorOutputs;
import com.webauthn4j.data.extension.client.AuthenticationExtensionsClientOutputs;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.verifier.attestation.statement.none.NoneAttestationStatementVerifier;
import com.webauthn4j.verifier.attestation.statement.packed.PackedAttestationStatementVerifier;
import com.webauthn4j.verifier.attestation.trustworthiness.self.DefaultSelfAttestationTrustworthinessVerifier;
import com.webauthn4j.verifier.exception.CertificateException;
import com.webauthn4j.verifier.exception.MaliciousCounterValueException;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The two ceremonies of WebAuthn Level 3: making a passkey (§7.1) and using one (§7.2). Asks for no attestation and accepts
 * none but "none" and an authenticator's own; the person must be verified, origin and party must fit exactly.
 */
final class Ceremonies {
    private static final List<COSEAlgorithmIdentifier> ALGORITHMS =
            List.of(COSEAlgorithmIdentifier.ES256, COSEAlgorithmIdentifier.EdDSA, COSEAlgorithmIdentifier.RS256);
    private static final long PATIENCE_MILLIS = Challenges.LIFE.toMillis();

    private final Challenges challenges;
    private final ObjectConverter converter = new ObjectConverter();
    private final WebAuthnManager manager;

    Ceremonies(InstantSource clock, RandomGenerator random) {
        this.challenges = new Challenges(clock, random);
        this.manager = new WebAuthnManager(
                List.of(new NoneAttestationStatementVerifier(), new PackedAttestationStatementVerifier()),
                (aaguid, statement, at) -> {
                    throw new CertificateException("attestation by certificate was not asked for");
                },
                new DefaultSelfAttestationTrustworthinessVerifier(),
                converter);
    }

    /** What came of a ceremony. */
    sealed interface Outcome<T> {
        record Good<T>(T value) implements Outcome<T> {}

        record Bad<T>(PasskeyFault fault) implements Outcome<T> {}
    }

    /** What the browser is to be asked for, to make a passkey. */
    Json.Obj making(Party party, String visit, String purpose, String user, String name, List<Passkey> known) {
        return Json.object()
                .put("challenge", challenges.next(visit, purpose))
                .put(
                        "rp",
                        Json.object().put("id", party.id()).put("name", "Writ").build())
                .put(
                        "user",
                        Json.object()
                                .put("id", user)
                                .put("name", name)
                                .put("displayName", name)
                                .build())
                .put(
                        "pubKeyCredParams",
                        new Json.Arr(ALGORITHMS.stream()
                                .<Json>map(algorithm -> Json.object()
                                        .put("type", "public-key")
                                        .put("alg", algorithm.getValue())
                                        .build())
                                .toList()))
                .put(
                        "authenticatorSelection",
                        Json.object()
                                .put("residentKey", "required")
                                .put("requireResidentKey", true)
                                .put("userVerification", "required")
                                .build())
                .put("attestation", "none")
                .put("timeout", PATIENCE_MILLIS)
                .put("excludeCredentials", named(known))
                .build();
    }

    /** What the browser is to be asked for, to use a passkey: any of the known ones, or whichever the person has. */
    Json.Obj using(Party party, String visit, String purpose, List<Passkey> known) {
        return Json.object()
                .put("challenge", challenges.next(visit, purpose))
                .put("rpId", party.id())
                .put("userVerification", "required")
                .put("timeout", PATIENCE_MILLIS)
                .put("allowCredentials", named(known))
                .build();
    }

    /** What is kept of a passkey that was made. */
    record Fresh(String credential, String publicKey, long counter, boolean backedUp) {}

    Outcome<Fresh> made(Party party, String visit, String purpose, PasskeyAnswer.Made answer) {
        var open = opened(answer, visit, purpose);
        if (open.isEmpty()) return new Outcome.Bad<>(PasskeyFault.CHALLENGE);
        var asked = ALGORITHMS.stream()
                .map(algorithm -> new PublicKeyCredentialParameters(PublicKeyCredentialType.PUBLIC_KEY, algorithm))
                .toList();
        try {
            var data = manager.verify(
                    new RegistrationRequest(answer.attestation(), answer.client()),
                    new RegistrationParameters(server(party, open.get()), asked, true, true));
            var attested = data.getAttestationObject();
            var credential =
                    attested == null ? null : attested.getAuthenticatorData().getAttestedCredentialData();
            if (attested == null || credential == null) return new Outcome.Bad<>(PasskeyFault.WRONG);
            if (!challenges.use(open.get())) return new Outcome.Bad<>(PasskeyFault.CHALLENGE);
            var authenticator = attested.getAuthenticatorData();
            return new Outcome.Good<>(new Fresh(
                    text(credential.getCredentialId()),
                    text(new AttestedCredentialDataConverter(converter).convert(credential)),
                    authenticator.getSignCount(),
                    authenticator.isFlagBE()));
        } catch (RuntimeException e) {
            // The verifier reads hostile bytes: whatever it stumbles over, the answer counts for nothing.
            return new Outcome.Bad<>(PasskeyFault.WRONG);
        }
    }

    /** The passkey's counter after it was used. */
    Outcome<Long> used(Party party, String visit, String purpose, PasskeyAnswer.Used answer, Passkey passkey) {
        var open = opened(answer, visit, purpose);
        if (open.isEmpty()) return new Outcome.Bad<>(PasskeyFault.CHALLENGE);
        if (!answer.credential().equals(passkey.credential())) return new Outcome.Bad<>(PasskeyFault.UNKNOWN);
        try {
            var id = Base64.getUrlDecoder().decode(passkey.credential());
            var data = manager.verify(
                    new AuthenticationRequest(
                            id,
                            answer.user().orElse(null),
                            answer.authenticator(),
                            answer.client(),
                            answer.signature()),
                    new AuthenticationParameters(server(party, open.get()), record(passkey), List.of(id), true, true));
            if (!challenges.use(open.get())) return new Outcome.Bad<>(PasskeyFault.CHALLENGE);
            var authenticator = data.getAuthenticatorData();
            return authenticator == null
                    ? new Outcome.Bad<>(PasskeyFault.WRONG)
                    : new Outcome.Good<>(authenticator.getSignCount());
        } catch (MaliciousCounterValueException e) {
            return new Outcome.Bad<>(PasskeyFault.COUNTER);
        } catch (RuntimeException e) {
            return new Outcome.Bad<>(PasskeyFault.WRONG);
        }
    }

    private CredentialRecordImpl record(Passkey passkey) {
        var attested = new AttestedCredentialDataConverter(converter)
                .convert(Base64.getUrlDecoder().decode(passkey.publicKey()));
        return new CredentialRecordImpl(
                new NoneAttestationStatement(),
                true,
                passkey.backedUp(),
                null,
                passkey.counter(),
                attested,
                new AuthenticationExtensionsAuthenticatorOutputs<>(),
                null,
                new AuthenticationExtensionsClientOutputs<>(),
                Set.of());
    }

    private static ServerProperty server(Party party, byte[] challenge) {
        return ServerProperty.builder()
                .origin(new Origin(party.origin()))
                .rpId(party.id())
                .challenge(new DefaultChallenge(challenge))
                .build();
    }

    private static Json named(List<Passkey> known) {
        return new Json.Arr(known.stream()
                .<Json>map(passkey -> Json.object()
                        .put("type", "public-key")
                        .put("id", passkey.credential())
                        .build())
                .toList());
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The challenge that an answer says it is about, if it is one of ours for this. */
    private Optional<byte[]> opened(PasskeyAnswer answer, String visit, String purpose) {
        try {
            return JsonReader.readObject(answer.client())
                    .string("challenge")
                    .flatMap(challenge -> challenges.open(challenge, visit, purpose));
        } catch (JsonError e) {
            return Optional.empty();
        }
    }
}
