namespace Elman;

public abstract partial class TaskModel<TInput, TTarget, TPrediction>
{
    /// <summary>How it did on examples that its training had not seen; null if there were none.</summary>
    public TaskReport? Report { get; private set; }

    /// <summary>Looks at examples that the training has not seen, to learn how sure the model may be of what it says.</summary>
    protected virtual void Calibrate(IReadOnlyList<Example<TInput, TTarget>> unseen)
    {
    }

    /// <summary>Takes over what another model has learned in <see cref="Calibrate"/>.</summary>
    protected virtual void CalibrateAs(TaskModel<TInput, TTarget, TPrediction> other)
    {
    }

    /// <summary>
    /// Trains a model on a part of the examples, scores it on those that are held out, and trains it on all of them, for as many steps as
    /// were best.
    /// </summary>
    /// <param name="plan">What is held out, and how it is trained.</param>
    /// <param name="create">Makes an untrained model for the examples that it will learn from.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There is nothing to learn from, the training diverged, or the checkpoint does not fit.</exception>
    protected static TModel TrainHeldOut<TModel>(HeldOutPlan<TInput, TTarget> plan, Func<IReadOnlyList<Example<TInput, TTarget>>, TModel> create, TrainingContext? context = null)
        where TModel : TaskModel<TInput, TTarget, TPrediction>
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(create);
        context ??= new TrainingContext();
        TrainingRecipe recipe = plan.Recipe;
        bool refits = plan.HeldOut.Refits(plan.Count) && (plan.Validation.Count > 0 || plan.HasOwnTest);
        double work = refits ? 1 + (double)plan.Count / plan.Training.Count : 1;
        recipe = recipe.Left(context, work);
        context.Phase?.Invoke("training");
        TModel first = create(plan.Training);
        first.Fit(plan.Training, plan.Validation, recipe, plan.Settings, context);
        if (first.Record.Outcome == TrainingOutcome.Interrupted) return first;
        if (plan.Validation.Count > 0) first.Calibrate(plan.Validation);
        if (plan.Test.Count > 0)
        {
            context.Phase?.Invoke("test");
            first.Report = first.Evaluate(plan.Test);
        }
        return refits ? Refitted(first, plan, recipe, create, context) : first;
    }

    private static TModel Refitted<TModel>(
        TModel first, HeldOutPlan<TInput, TTarget> plan, TrainingRecipe recipe, Func<IReadOnlyList<Example<TInput, TTarget>>, TModel> create, TrainingContext context)
        where TModel : TaskModel<TInput, TTarget, TPrediction>
    {
        context.Phase?.Invoke("training on all");
        if (plan.HasOwnTest) first.Calibrate([.. plan.Validation, .. plan.Test]);
        IReadOnlyList<Example<TInput, TTarget>> all = plan.All;
        TModel last = create(all);
        // A run that went to its end had the learning rates of all its steps; one that stopped early was best before.
        long steps = first.Record.Outcome != TrainingOutcome.StoppedEarly ? first.Record.Steps : first.Record.Steps * Math.Max(1, first.Record.BestEpoch) / Math.Max(1, first.Record.Epochs.Count);
        recipe = recipe with { Steps = Math.Max(1, steps * all.Count / plan.Training.Count), Epochs = int.MaxValue / 2, TimeLimit = null, Patience = null };
        last.Fit(all, [], recipe, plan.Settings, context with { CheckpointPath = context.CheckpointPath is { } path ? path + RefitSuffix : null });
        last.Report = first.Report;
        last.CalibrateAs(first);
        return last;
    }
}

/// <summary>What a training with held-out examples sees when.</summary>
/// <param name="Training">Examples to learn from.</param>
/// <param name="Validation">Examples that choose the best epoch; may be empty.</param>
/// <param name="Test">Examples that score the model; may be empty.</param>
/// <param name="HasOwnTest">Whether the test was cut from the examples given, so that it may be learned from at last; otherwise it came by
/// itself.</param>
/// <param name="HeldOut">What was asked for.</param>
/// <param name="Recipe">How to train.</param>
/// <param name="Settings">What the net depends on; see <c>Fit</c>.</param>
public sealed record HeldOutPlan<TInput, TTarget>(
    IReadOnlyList<Example<TInput, TTarget>> Training, IReadOnlyList<Example<TInput, TTarget>> Validation, IReadOnlyList<Example<TInput, TTarget>> Test, bool HasOwnTest,
    HeldOut HeldOut, TrainingRecipe Recipe, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>All examples that may be learned from.</summary>
    public IReadOnlyList<Example<TInput, TTarget>> All => HasOwnTest ? [.. Training, .. Validation, .. Test] : [.. Training, .. Validation];

    /// <summary>How many these are.</summary>
    public int Count => Training.Count + Validation.Count + (HasOwnTest ? Test.Count : 0);
}

/// <summary>Makes plans of what a training sees when.</summary>
public static class HeldOutPlan
{
    /// <summary>Cuts examples as the options say.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="test">Examples that came for the test; null to cut them from the others.</param>
    /// <param name="validation">Examples that came to choose the best epoch; null to cut them from the others.</param>
    /// <param name="stratum">The class of an example, of which each part gets its share; null for none.</param>
    /// <param name="heldOut">The options.</param>
    /// <param name="recipe">How to train; its seed fixes the cut.</param>
    /// <param name="settings">What the net depends on.</param>
    /// <param name="leastValidation">Of fewer examples none is held out to choose the best epoch: they would choose at random, and are
    /// missed in training.</param>
    public static HeldOutPlan<TInput, TTarget> Cut<TInput, TTarget>(
        IReadOnlyList<Example<TInput, TTarget>> examples, IReadOnlyList<Example<TInput, TTarget>>? test, IReadOnlyList<Example<TInput, TTarget>>? validation,
        Func<Example<TInput, TTarget>, string?> stratum, HeldOut heldOut, TrainingRecipe recipe, IReadOnlyDictionary<string, string> settings, int leastValidation = 0)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(recipe);
        (IReadOnlyList<Example<TInput, TTarget>> rest, IReadOnlyList<Example<TInput, TTarget>> tested) = test is null ? Parts(examples, heldOut.TestShare, recipe.Seed) : (examples, test);
        (IReadOnlyList<Example<TInput, TTarget>> training, IReadOnlyList<Example<TInput, TTarget>> chosen) =
            validation is null ? Parts(rest, rest.Count * heldOut.ValidationShare < leastValidation ? 0 : heldOut.ValidationShare, recipe.Seed + 1) : (rest, validation);
        return new(training, chosen, tested, test is null && tested.Count > 0, heldOut, recipe, settings);

        (IReadOnlyList<Example<TInput, TTarget>>, IReadOnlyList<Example<TInput, TTarget>>) Parts(IReadOnlyList<Example<TInput, TTarget>> of, double share, ulong seed)
        {
            ExampleSplit split = HeldOut.Split([.. of.Select(stratum)], share, seed);
            return ([.. split.Training.Select(i => of[i])], [.. split.Held.Select(i => of[i])]);
        }
    }
}
