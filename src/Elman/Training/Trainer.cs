using System.Diagnostics.CodeAnalysis;

namespace Elman;

/// <summary>
/// Trains a module: epochs of batches, a limit in steps or time, gradient accumulation and clipping, a learning-rate schedule, validation, early stopping,
/// checkpoints. A run is a pure function of the initial weights, the data, the options and the seed, to the bit, interrupted or not.
/// </summary>
/// <param name="module">The network.</param>
/// <param name="optimizer">The optimizer of its parameters, or of some of them where the others shall stay; new for each run.</param>
/// <param name="options">How to run.</param>
/// <example><code>
/// Trainer trainer = new(net, new Adam(net.Parameters(), 1e-3), new TrainingOptions { Epochs = 20, ClipNorm = 1 });
/// TrainingRecord record = trainer.Run(batches, batch => Loss.MeanSquaredError(net.Forward(batch.X), batch.Y));
/// </code></example>
public sealed class Trainer(Module module, Optimizer optimizer, TrainingOptions? options = null)
{
    private readonly TrainingOptions _options = Checked(options ?? new TrainingOptions());

    /// <summary>Trains until the epochs or steps are done, the time is over, the loss stops improving, or the run is cancelled.</summary>
    /// <param name="source">The training data.</param>
    /// <param name="loss">
    /// The loss of a batch, a scalar. It is called inside a <see cref="TensorScope"/>: tensors that it makes end with the step.
    /// </param>
    /// <param name="validate">The validation loss after each epoch, for example through <see cref="Evaluate{TBatch}(BatchSource{TBatch}, Func{TBatch, Tensor})"/>; it is called in evaluation mode.</param>
    /// <param name="cancellation">Ends the run after the running step; a checkpoint is written if there is a path for it.</param>
    /// <returns>How it went. However the run ended, cancelled or by an exception too, the module is in evaluation mode and holds the weights of the best epoch so far
    /// where there is a validation or a patience, and those of the last step otherwise, or before the first epoch is done.</returns>
    /// <exception cref="DivergenceException">A loss or gradient is not finite.</exception>
    /// <exception cref="InvalidOperationException">The optimizer is of another module's parameters; it or the schedule has been used by another run; the module is being
    /// trained by one that still goes on; or what shall be maximized is not there.</exception>
    /// <exception cref="ElmanException">
    /// The checkpoint cannot be written, or read, or belongs to another run.
    /// </exception>
    public TrainingRecord Run<TBatch>(BatchSource<TBatch> source, Func<TBatch, Tensor> loss, Func<double>? validate = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Run(source, (batch, _) => (loss(batch), null), validate, cancellation);
    }

    /// <summary>
    /// As <see cref="Run{TBatch}(BatchSource{TBatch}, Func{TBatch, Tensor}, Func{double}, CancellationToken)"/> with a state that goes
    /// from batch to batch: truncated backpropagation through time. The state is cut off from its gradients between two batches,
    /// and starts from null in each epoch.
    /// </summary>
    /// <param name="source">The training data; see <see cref="BatchSource.Windows"/>.</param>
    /// <param name="loss">The loss of a batch, and the state in which it leaves the network for the next.</param>
    /// <param name="validate">The validation loss after each epoch.</param>
    /// <param name="cancellation">Ends the run after the running step.</param>
    public TrainingRecord Run<TBatch>(
        BatchSource<TBatch> source, Func<TBatch, State?, (Tensor Loss, State? Next)> loss, Func<double>? validate = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loss);
        using ExclusiveTraining exclusive = ExclusiveTraining.Begin(module);
        return new TrainingSession<TBatch>(module, optimizer, _options, source, loss, validate).Run(cancellation);
    }

    /// <summary>The mean loss over all batches of a source (its epoch 0), each weighted by its sequences, in evaluation mode and without gradients.</summary>
    /// <param name="source">The data.</param>
    /// <param name="loss">The loss of a batch, a scalar.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "A trainer trains and evaluates; that one of them needs no state is not the caller's concern.")]
    public double Evaluate<TBatch>(BatchSource<TBatch> source, Func<TBatch, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Evaluate(source, (batch, _) => (loss(batch), null));
    }

    /// <summary>
    /// As <see cref="Evaluate{TBatch}(BatchSource{TBatch}, Func{TBatch, Tensor})"/> with a state that goes from batch to batch, as in training; it starts from null.
    /// </summary>
    /// <param name="source">The data; see <see cref="BatchSource.Windows"/>.</param>
    /// <param name="loss">The loss of a batch, and the state in which it leaves the network for the next.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "A trainer trains and evaluates; that one of them needs no state is not the caller's concern.")]
    public double Evaluate<TBatch>(BatchSource<TBatch> source, Func<TBatch, State?, (Tensor Loss, State? Next)> loss)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loss);
        CarriedState carried = new();
        double sum = 0;
        long sequences = 0;
        IReadOnlyList<TBatch> batches = source.Epoch(0);
        for (int place = 0; place < batches.Count; place++)
        {
            using (TensorScope.Begin())
            using (Inference.Begin())
            {
                TBatch batch = batches[place];
                int weight = source.Sequences(place, batch);
                (Tensor value, State? next) = loss(batch, carried.Value);
                sum += weight * (double)value.ToScalar();
                carried.Keep(next);
                sequences += weight;
            }
        }
        return sum / sequences;
    }

    private static TrainingOptions Checked(TrainingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Epochs, nameof(options.Epochs));
        if (options.Steps is { } limit) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(options.Steps));
        if (options.TimeLimit is { } time) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(options.TimeLimit));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Accumulation, nameof(options.Accumulation));
        if (options.ClipNorm is { } norm) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(norm, nameof(options.ClipNorm));
        if (options.ClipValue is { } value) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(options.ClipValue));
        if (options.Patience is { } patience) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patience, nameof(options.Patience));
        if (options.CheckpointSteps is { } steps) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps, nameof(options.CheckpointSteps));
        if (options.Resume && options.CheckpointPath is null) throw new ArgumentException("resuming needs the path of the checkpoint", nameof(options));
        return options;
    }
}
