package dev.writ.ledger;

import dev.writ.ledger.token.Token;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** What makes a signature: a private key in this process, or one that never leaves its token. */
sealed interface SigningKey {
    byte[] sign(byte[] message);

    /** Where it is kept, for people. */
    String place();

    /** Out of a file that its owner alone can read. */
    record InFile(PrivateKey key) implements SigningKey {
        @Override
        public byte[] sign(byte[] message) {
            try {
                var signature = Signature.getInstance(key.getAlgorithm());
                signature.initSign(key);
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key for " + key.getAlgorithm() + " cannot sign", e);
            }
        }

        @Override
        public String place() {
            return Custody.FILE;
        }

        @Override
        public String toString() {
            return place();
        }
    }

    /** @param label what the key is called in the token */
    record InToken(Token token, String label, PublicKey publicKey) implements SigningKey {
        @Override
        public byte[] sign(byte[] message) {
            return token.sign(label, publicKey, message);
        }

        @Override
        public String place() {
            return "token " + token.label();
        }
    }
}
