namespace Elman;

/// <summary>
/// Every row to come is a weighted mean of the rows one, two, … seasons before it: y(t) = Σ (1 − d) dᵏ y(t − (k + 1) m). With d = 0 this is the
/// seasonal naive forecast.
/// </summary>
/// <param name="period">m: rows of a season.</param>
/// <param name="decays">The values of d to choose from.</param>
/// <param name="name">What the method is called.</param>
internal sealed class SeasonalMean(int period, double[] decays, string name) : SimpleMethod
{
    private const int Header = 2;

    /// <inheritdoc/>
    public override string Name => $"{name} ({period})";

    /// <summary>Rows seen, the last value, the mean of each place in the season.</summary>
    public override int StateSize => Header + period;

    /// <inheritdoc/>
    public override string Key => $"{(decays.Length == 1 ? "naive" : "mean")} {period}";

    /// <inheritdoc/>
    public override int Needs => period + 1;

    /// <summary>The seasonal naive forecast.</summary>
    public static SeasonalMean Naive(int period) => new(period, [0], "seasonal naive");

    /// <summary>The mean of the same place in earlier seasons, of which the method chooses how many count.</summary>
    public static SeasonalMean Smooth(int period) => new(period, [0.3, 0.5, 0.7, 0.85, 0.95], "seasonal mean");

    /// <inheritdoc/>
    public override bool Takes(int coefficients) => coefficients == 1;

    /// <inheritdoc/>
    public override double[] Fit(ReadOnlySpan<double> history, int horizon)
    {
        if (decays.Length == 1) return [decays[0]];
        (double best, double decay) = (double.PositiveInfinity, decays[0]);
        double[] state = new double[StateSize];
        foreach (double candidate in decays)
        {
            Array.Clear(state);
            ReadOnlySpan<double> coefficients = [candidate];
            (double sum, int count) = (0, 0);
            for (int row = 0; row < history.Length; row++)
            {
                double expected = state[Header + row % period];
                if (row >= 2 * period && !double.IsNaN(history[row]))
                {
                    sum += Math.Abs(history[row] - expected);
                    count++;
                }
                Push(coefficients, state, history[row]);
            }
            if (count > 0 && sum / count < best) (best, decay) = (sum / count, candidate);
        }
        return [decay];
    }

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        int seen = (int)state[0];
        ref double place = ref state[Header + seen % period];
        // A missing value of the first season takes the one before it.
        if (seen < period) place = double.IsNaN(value) ? seen == 0 ? double.NaN : state[1] : value;
        else if (!double.IsNaN(value)) place = double.IsNaN(place) ? value : coefficients[0] * place + (1 - coefficients[0]) * value;
        if (!double.IsNaN(value) || seen == 0) state[1] = value;
        state[0]++;
    }

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast)
    {
        long seen = (long)state[0];
        double last = seen == 0 ? double.NaN : state[1];
        for (int step = 0; step < forecast.Length; step++)
        {
            double value = seen < period ? last : state[Header + (int)((seen + step) % period)];
            forecast[step] = double.IsNaN(value) ? last : value;
        }
    }
}
