using System.Globalization;

namespace Elman;

/// <summary>
/// Exponential smoothing with a damped trend and up to two additive seasons, in error-correction form (Hyndman et al. 2008, §2.5; two seasons and the
/// autoregression of the error: Taylor 2003):
/// <code>
/// e(t) = y(t) − l − φ b − s₁ − s₂ − ρ e(t−1)
/// l ← l + φ b + α e      b ← φ b + α β e      s₁ ← s₁ + γ₁ e      s₂ ← s₂ + γ₂ e
/// y(t + h) = l + (φ + … + φʰ) b + s₁ + s₂ + ρʰ e(t)
/// </code>
/// The first two seasons are kept and start the states.
/// </summary>
/// <param name="periods">m₁ &lt; m₂: rows of the seasons; none, one or two.</param>
/// <param name="trend">Whether there is a trend.</param>
internal sealed class ExponentialSmoothing(int[] periods, bool trend) : SimpleMethod
{
    private const int Seen = 0, Level = 1, Slope = 2, Error = 3, Place = 4, Header = 5;
    private const int Alpha = 0, Beta = 1, Phi = 2, Rho = 3, Gamma = 4, Coefficients = 6;

    /// <summary>Evaluations of a fit, and the latest rows that it looks at: enough for the coefficients, and bounded work for long series.</summary>
    private const int Evaluations = 90, MostRows = 3000;

    private readonly int _short = periods.Length > 0 ? periods[0] : 1, _long = periods.Length > 1 ? periods[1] : 0;

    private int Warm => Math.Max(2 * Math.Max(_short, _long), 4);

    /// <inheritdoc/>
    public override string Name => (periods.Length, trend) switch
    {
        (0, false) => "exponential smoothing",
        (0, true) => "damped trend",
        _ => $"{(trend ? "Holt-Winters" : "seasonal smoothing")} ({string.Join(", ", periods)})",
    };

    /// <inheritdoc/>
    public override int StateSize => Header + _short + _long + Warm;

    /// <inheritdoc/>
    public override string Key => string.Join(' ', [trend ? "trend" : "level", .. periods.Select(period => period.ToString(CultureInfo.InvariantCulture))]);

    /// <inheritdoc/>
    public override int Needs => Warm + Math.Max(_short, 3);

    /// <inheritdoc/>
    public override bool Takes(int coefficients) => coefficients == Coefficients;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        int seen = (int)state[Seen];
        // The series begins with its first value.
        if (seen == 0 && double.IsNaN(value)) return;
        if (seen < Warm)
        {
            Span<double> first = state[^Warm..];
            first[seen] = value;
            state[Seen] = seen + 1;
            if (seen + 1 == Warm) Start(coefficients, state);
            return;
        }
        Update(coefficients, state, value);
    }

    private void Update(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        int place = (int)state[Place];
        double phi = coefficients[Phi], slope = phi * state[Slope], rho = coefficients[Rho] * state[Error];
        ref double season = ref state[Header + place % _short];
        double expected = state[Level] + slope + season + rho, other = 0;
        if (_long > 0) expected += other = state[Header + _short + place % _long];
        double error = double.IsNaN(value) ? 0 : value - expected;
        state[Level] += slope + coefficients[Alpha] * error;
        state[Slope] = slope + coefficients[Alpha] * coefficients[Beta] * error;
        if (periods.Length > 0) season += coefficients[Gamma] * error;
        if (_long > 0) state[Header + _short + place % _long] = other + coefficients[Gamma + 1] * error;
        state[Error] = error + rho;
        int cycle = _long > 0 ? _short * _long : _short;
        state[Place] = place + 1 == cycle ? 0 : place + 1;
    }

    /// <summary>Level, slope and seasons from the first rows, then those rows again, one by one.</summary>
    private void Start(ReadOnlySpan<double> coefficients, Span<double> state)
    {
        Span<double> first = state[^Warm..];
        Span<double> filled = Warm <= 1024 ? stackalloc double[Warm] : new double[Warm];
        double last = double.NaN;
        for (int i = 0; i < Warm; i++)
        {
            if (!double.IsNaN(first[i])) last = first[i];
            filled[i] = last;
        }
        int longest = Math.Max(_short, _long), half = Math.Max(longest, Warm / 2);
        double one = Mean(filled[..half]), two = Mean(filled[(Warm - half)..]);
        double slope = trend ? (two - one) / Math.Max(1, Warm - half) : 0;
        state[Level] = periods.Length == 0 ? filled[0] : one - slope * (half - 1) / 2.0;
        state[Slope] = periods.Length == 0 ? 0 : slope;
        Seasons(filled, state, one, slope, half);
        (state[Error], state[Place]) = (0, 0);
        // The level stands before the first row, so that all rows can be taken again.
        for (int i = 0; i < Warm; i++) Update(coefficients, state, first[i]);
    }

    private void Seasons(ReadOnlySpan<double> filled, Span<double> state, double mean, double slope, int half)
    {
        Span<double> season = state.Slice(Header, _short);
        season.Clear();
        if (periods.Length == 0) return;
        double centre = (half - 1) / 2.0;
        for (int place = 0; place < _short; place++)
        {
            (double sum, int count) = (0, 0);
            for (int row = place; row < filled.Length; row += _short, count++) sum += filled[row] - mean - slope * (row - centre);
            season[place] = sum / count;
        }
        if (_long == 0) return;
        Span<double> other = state.Slice(Header + _short, _long);
        for (int place = 0; place < _long; place++)
        {
            (double sum, int count) = (0, 0);
            for (int row = place; row < filled.Length; row += _long, count++) sum += filled[row] - mean - slope * (row - centre) - season[row % _short];
            other[place] = sum / count;
        }
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast)
    {
        int seen = (int)state[Seen];
        if (seen < Warm)
        {
            ReadOnlySpan<double> rows = state.Slice(state.Length - Warm, seen);
            int last = seen - 1;
            while (last >= 0 && double.IsNaN(rows[last])) last--;
            forecast.Fill(last < 0 ? double.NaN : rows[last]);
            return;
        }
        int place = (int)state[Place];
        (double damped, double power, double carried) = (0, 1, state[Error]);
        for (int step = 0; step < forecast.Length; step++)
        {
            damped += power *= coefficients[Phi];
            carried *= coefficients[Rho];
            forecast[step] = state[Level] + damped * state[Slope] + state[Header + (place + step) % _short] + carried
                + (_long > 0 ? state[Header + _short + (place + step) % _long] : 0);
        }
    }

    /// <summary>
    /// A pattern search from a few starts over the mean absolute error: of one row ahead, and of whole horizons from some origins, which is what
    /// the forecast is for.
    /// </summary>
    public override double[] Fit(ReadOnlySpan<double> history, int horizon)
    {
        ReadOnlySpan<double> rows = history.Length > Math.Max(MostRows, 2 * Warm) ? history[^Math.Max(MostRows, 2 * Warm)..] : history;
        if (rows.Length < Needs) return [0.5, 0, 0.9, 0, 0.1, 0.1];
        double[] state = new double[StateSize], forecast = new double[horizon];
        double[][] starts =
        [
            [0.2, trend ? 0.1 : 0, trend ? 0.95 : 0, 0, 0.2, 0.2],
            [0.7, trend ? 0.05 : 0, trend ? 0.9 : 0, 0, 0.1, 0.1],
            [0.02, trend ? 0.05 : 0, trend ? 0.98 : 0, _long > 0 ? 0.8 : 0, 0.1, 0.1],
        ];
        (double cost, double[] best) = (double.PositiveInfinity, starts[0]);
        foreach (double[] start in starts)
        {
            double here = Cost(start, rows, state, forecast);
            if (here < cost) (cost, best) = (here, start);
        }
        return Descend(best, cost, rows, state, forecast);
    }

    private double[] Descend(double[] best, double cost, ReadOnlySpan<double> rows, double[] state, double[] forecast)
    {
        (int Index, double Low, double High)[] free =
        [
            (Alpha, 0.001, 0.999), .. trend ? [(Beta, 0, 0.6), (Phi, 0.7, 1.0)] : Array.Empty<(int, double, double)>(),
            .. periods.Length > 0 ? [(Gamma, 0.001, 0.8)] : Array.Empty<(int, double, double)>(),
            .. _long > 0 ? [(Gamma + 1, 0.001, 0.8), (Rho, 0, 0.95)] : Array.Empty<(int, double, double)>(),
        ];
        double[] step = [.. free.Select(range => (range.High - range.Low) * 0.25)];
        for (int evaluations = 0; evaluations < Evaluations && step.Max() > 0.004;)
        {
            bool better = false;
            for (int i = 0; i < free.Length; i++)
            {
                foreach (double sign in (ReadOnlySpan<double>)[1, -1])
                {
                    double[] other = [.. best];
                    other[free[i].Index] = Math.Clamp(best[free[i].Index] + sign * step[i], free[i].Low, free[i].High);
                    if (other[free[i].Index] == best[free[i].Index]) continue;
                    double here = Cost(other, rows, state, forecast);
                    evaluations++;
                    if (!(here < cost)) continue;
                    (cost, best, better) = (here, other, true);
                    break;
                }
            }
            if (better) continue;
            for (int i = 0; i < step.Length; i++) step[i] /= 2;
        }
        return best;
    }

    private double Cost(double[] coefficients, ReadOnlySpan<double> rows, double[] state, double[] forecast)
    {
        const int origins = 24;
        Array.Clear(state);
        int from = Math.Min(Warm, rows.Length - 1), stride = Math.Max(1, (rows.Length - from) / origins);
        (double near, int nearCount, double far, int farCount) = (0, 0, 0, 0);
        for (int row = 0; row < rows.Length; row++)
        {
            if (row >= from)
            {
                Span<double> ahead = forecast.AsSpan(0, (row - from) % stride == 0 ? Math.Min(forecast.Length, rows.Length - row) : 1);
                Forecast(coefficients, state, ahead);
                double error = Math.Abs(rows[row] - ahead[0]);
                if (!double.IsNaN(error)) (near, nearCount) = (near + error, nearCount + 1);
                for (int step = 1; step < ahead.Length; step++)
                {
                    double later = Math.Abs(rows[row + step] - ahead[step]);
                    if (!double.IsNaN(later)) (far, farCount) = (far + later, farCount + 1);
                }
            }
            Push(coefficients, state, rows[row]);
        }
        if (nearCount == 0) return double.PositiveInfinity;
        return farCount == 0 ? near / nearCount : 0.5 * near / nearCount + far / farCount;
    }
}
