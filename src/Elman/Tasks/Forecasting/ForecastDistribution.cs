namespace Elman;

/// <summary>What may come in each row of a horizon.</summary>
internal abstract class ForecastDistribution
{
    /// <summary>P.</summary>
    public abstract int Horizon { get; }

    /// <summary>A quantile of a row.</summary>
    public abstract double Quantile(int row, double level);

    /// <summary>The mean of a row.</summary>
    public abstract double Mean(int row);

    /// <summary>One future [P].</summary>
    public abstract double[] Sample(RandomStream random);
}
