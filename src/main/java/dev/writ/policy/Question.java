package dev.writ.policy;

/** May this principal do this to that resource, given these facts? Every fact comes from the decision point. */
public record Question(Uid principal, Uid action, Uid resource, Value.Record context, Entities entities) {
    public Question withContext(Value.Record changed) {
        return new Question(principal, action, resource, changed, entities);
    }
}
