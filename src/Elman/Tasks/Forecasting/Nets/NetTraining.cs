namespace Elman;

/// <summary>A training of the nets upon the simple methods.</summary>
internal static class NetTraining
{
    /// <summary>Trains; what the record says of the outcome is the caller's to look at.</summary>
    /// <param name="engine">The engine, with nets.</param>
    /// <param name="series">The series.</param>
    /// <param name="models">What was learned of each.</param>
    /// <param name="until">For each the row after the last that may be learned from.</param>
    /// <param name="seed">Which windows are drawn.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="context">Who looks on, where checkpoints go.</param>
    /// <param name="settings">What a resumed training must share with the one that was interrupted.</param>
    public static TrainingRecord Run(
        ForecastEngine engine, FormedSeries[] series, SeriesModel[] models, int[] until, ulong seed, TrainingRecipe recipe, TrainingContext context, Dictionary<string, string> settings)
    {
        NetWindows windows = new(engine, series, models, until, seed);
        // Data of any size see an epoch of so many batches: small ones are not learned by heart, large ones are sampled.
        int batches = Math.Clamp(2 * windows.Count / recipe.BatchSize, 20, 100);
        BatchSource<NetBatch> source = new(epoch => BatchSource.Lazy(batches, batch => windows.Gather(Drawn(windows.Count, recipe, epoch, batch))), _ => recipe.BatchSize);
        ForecastNet[] nets = [.. engine.Nets!.Nets];
        return recipe.Trainer(engine.Nets, context, settings).Run(source, Loss, null, context.Cancellation);

        Tensor Loss(NetBatch batch)
        {
            // All nets learn at once, each from the batch in its own way: other weights, other dropout.
            Tensor sum = engine.Head.Loss(nets[0].Forward(batch.Input), batch);
            foreach (ForecastNet net in nets.AsSpan(1)) sum += engine.Head.Loss(net.Forward(batch.Input), batch);
            return sum * (1f / nets.Length);
        }
    }

    private static int[] Drawn(int count, TrainingRecipe recipe, int epoch, int batch)
    {
        RandomStream random = new(recipe.Seed, 0x42_4154_4348ul << 20 | (uint)(epoch * 1000 + batch));
        return [.. Enumerable.Range(0, recipe.BatchSize).Select(_ => random.NextInt(count))];
    }
}
