# Other tuners on the task that bench/search/main.js writes: python tuners.py METHOD TASK.json; prints the rate that a method names and the processor
# time it took, imports and data apart. One thread each. Versions tried: scikit-learn 1.9, PyTorch 2.15, Optuna 5.0.
import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
method = sys.argv[1]
with open(sys.argv[2]) as file:
    given = json.load(file)
task, seed = given["task"], given["seed"]
X, Y = (np.array(task["training"][k], dtype) for k, dtype in (("features", np.float32), ("labels", np.int64)))
VX, VY = (np.array(task["validation"][k], dtype) for k, dtype in (("features", np.float32), ("labels", np.int64)))
RATES, EPOCHS, BATCH, HIDDEN = task["rates"], task["epochs"], task["batchSize"], task["hidden"]


def with_sklearn():
    from sklearn.model_selection import GridSearchCV, PredefinedSplit
    from sklearn.neural_network import MLPClassifier

    # as many epochs as the others: no end before
    network = MLPClassifier(
        hidden_layer_sizes=tuple(HIDDEN), solver="adam", alpha=0, batch_size=BATCH, max_iter=EPOCHS, n_iter_no_change=EPOCHS + 1, random_state=seed
    )
    split = PredefinedSplit([-1] * len(X) + [0] * len(VX))
    search = GridSearchCV(network, {"learning_rate_init": RATES}, scoring="neg_log_loss", cv=split, refit=False)

    def run():
        search.fit(np.concatenate([X, VX]), np.concatenate([Y, VY]))
        return search.best_params_["learning_rate_init"], len(RATES)

    return run


def torch_training():
    import torch

    torch.set_num_threads(1)
    x, y, vx, vy = map(torch.from_numpy, (X, Y, VX, VY))
    cost = torch.nn.CrossEntropyLoss()

    def train(rate, report=lambda epoch, loss: None):
        torch.manual_seed(seed)
        sizes = [x.shape[1], *HIDDEN, int(Y.max()) + 1]
        layers = []
        for i in range(len(sizes) - 1):
            layers += [torch.nn.Linear(sizes[i], sizes[i + 1]), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        for epoch in range(EPOCHS):
            order = torch.randperm(len(x))
            for at in range(0, len(x), BATCH):
                batch = order[at : at + BATCH]
                optimizer.zero_grad()
                cost(model(x[batch]), y[batch]).backward()
                optimizer.step()
            with torch.no_grad():
                loss = cost(model(vx), vy).item()
            report(epoch, loss)
        return loss

    return train


def with_torch():
    train = torch_training()

    def run():
        losses = [train(rate) for rate in RATES]
        return RATES[int(np.argmin([loss if np.isfinite(loss) else np.inf for loss in losses]))], len(RATES)

    return run


def with_optuna(pruner):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    train = torch_training()
    pruners = {
        "none": optuna.pruners.NopPruner(),
        "median": optuna.pruners.MedianPruner(),
        "hyperband": optuna.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS),
    }

    def objective(trial):
        def report(epoch, loss):
            trial.report(loss, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned()

        return train(trial.suggest_float("rate", RATES[0], RATES[-1], log=True), report)

    def run():
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), pruner=pruners[pruner])
        study.optimize(objective, n_trials=len(RATES))
        return study.best_params["rate"], len(RATES)

    return run


run = {
    "scikit-learn": with_sklearn,
    "PyTorch": with_torch,
    "Optuna TPE": lambda: with_optuna("none"),
    "Optuna median": lambda: with_optuna("median"),
    "Optuna Hyperband": lambda: with_optuna("hyperband"),
}[method]()
start = time.process_time()
rate, runs = run()
print(json.dumps({"rate": rate, "seconds": time.process_time() - start, "runs": runs}))
