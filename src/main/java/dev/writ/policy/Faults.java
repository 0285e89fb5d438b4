package dev.writ.policy;

/** The evaluation errors that need no detail; sharing them keeps a failing policy as cheap as a working one. */
final class Faults {
    static final Value.Broken TYPE = new Value.Broken("type error");
    static final Value.Broken OVERFLOW = new Value.Broken("integer overflow");
    static final Value.Broken ARITY = new Value.Broken("wrong number of arguments");
    static final Value.Broken NO_TAG = new Value.Broken("the tag does not exist");
    static final Value.Broken NO_ENTITY = new Value.Broken("the entity does not exist");
    static final Value.Broken INEXPRESSIBLE = new Value.Broken("a value inside cannot be expressed");

    private Faults() {}
}
