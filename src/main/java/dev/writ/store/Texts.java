package dev.writ.store;

/** How texts stand in a database. */
enum Texts {
    AS_THEY_ARE {
        @Override
        String written(String text) {
            return text;
        }

        @Override
        String read(String written) {
            return written;
        }
    },
    /** PostgreSQL has no NUL in a text, so it is written as U+FFFF "0", and U+FFFF, no character either, as U+FFFF "1". */
    WITHOUT_NUL {
        @Override
        String written(String text) {
            if (text.indexOf('\0') < 0 && text.indexOf(MARK) < 0) return text;
            return text.replace(MARK + "", MARK + "1").replace("\0", MARK + "0");
        }

        @Override
        String read(String written) {
            if (written.indexOf(MARK) < 0) return written;
            return written.replace(MARK + "0", "\0").replace(MARK + "1", MARK + "");
        }
    };

    private static final char MARK = '\uFFFF';

    abstract String written(String text);

    abstract String read(String written);
}
