-- More scores of a revision by name, as {"auc": 0.8, "accuracy": 0.9, "logloss": 0.3}; null if its two scores say all.

alter table revisions_{{v}} add column metrics jsonb;
